// Names: the allowed names of a fleet, a process and an endpoint in a store, where names become keys that many share.
import { createHash } from 'node:crypto'
import { ArgumentError } from '../index.ts'

const SAFE = /^[A-Za-z0-9._-]{1,64}$/
const LONGEST_NAME = 128
const HEAD = 64

/**
 * A name that can be part of a key: without braces, which a cluster reads, and without the separator of names.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkSafeName(where: string, name: unknown): string {
  if (typeof name === 'string' && SAFE.test(name)) return name
  throw new ArgumentError(where, '1 to 64 letters, digits, dots, dashes and underscores', name)
}

/**
 * The name of an endpoint in a fleet: the name itself up to 128 bytes, otherwise its beginning and a digest, so that keys
 * are bounded whatever the names. The shared name of a shared name is itself.
 * @throws ArgumentError (`INVALID_ARGUMENT`) unless it is a string
 */
export function sharedName(endpoint: string): string {
  if (typeof endpoint !== 'string') throw new ArgumentError('endpoint', 'a string', endpoint)
  const bytes = Buffer.from(endpoint)
  // Half of a surrogate pair does not survive UTF-8, and two names would become one.
  if (endpoint !== '' && bytes.length <= LONGEST_NAME && bytes.toString() === endpoint) return endpoint
  const head = bytes.subarray(0, HEAD).toString().replaceAll('\ufffd', '')
  return `${head}~${createHash('sha256').update(endpoint, 'utf16le').digest('hex').slice(0, 32)}`
}
