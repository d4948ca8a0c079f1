// ReadText: the text of a configuration file, or why there is none, in words.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { LineCounter } from 'yaml'
import { ArgumentError } from '../index.ts'
import { ConfigError } from './config-error.ts'
import { Findings } from './findings.ts'

/** Some thousand policies. A larger file is something else, and would take seconds to parse. */
export const MOST_BYTES = 256 * 1024

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ELOOP: 'a link that leads to itself',
}

/** The path in the argument. @throws ArgumentError (`INVALID_ARGUMENT`) */
export function pathOf(where: string, file: unknown): string {
  const path = file instanceof URL && file.protocol === 'file:' ? fileURLToPath(file) : file
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path
  throw new ArgumentError(where, 'the path of a file, or its file: URL', file)
}

/** @throws ConfigError */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readBytes(file)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const { code = '', message } = error as NodeJS.ErrnoException
    throw unreadable(file, WHY[code] ?? message, error)
  }
  return textOf(file, bytes)
}

async function readBytes(file: string): Promise<Buffer> {
  // A pipe would block until somebody opens its other end.
  const handle: FileHandle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await handle.stat()
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    if (!stats.isFile()) throw new Error('it is no file')
    if (stats.size > MOST_BYTES) throw tooLarge(file, stats.size)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

function textOf(file: string, bytes: Buffer): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw unreadable(file, 'it is UTF-16: save it as UTF-8')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw misencoded(file, bytes)
  }
}

/** At the first invalid character. */
function misencoded(file: string, bytes: Buffer): ConfigError {
  const text = bytes.toString('utf8')
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  const findings = new Findings(file, text, lines)
  // Earlier ones may have been written on purpose: as three valid bytes.
  let at = 0
  for (let index = text.indexOf('\ufffd'); index !== -1; index = text.indexOf('\ufffd', index + 1)) {
    const before = Buffer.byteLength(text.slice(0, index))
    at = index
    if (!bytes.subarray(before, before + 3).equals(Buffer.from('\ufffd'))) break
  }
  findings.mistake('', 'UTF-8', 'bytes that are no character', [at, at + 1])
  return findings.error()
}

export function tooLarge(file: string, bytes: number): ConfigError {
  return unreadable(file, `it has ${bytes} bytes, and at most ${MOST_BYTES} are read`)
}

function unreadable(file: string, why: string, cause?: unknown): ConfigError {
  const mistake = { file, line: null, column: null, path: '', frame: '' }
  return new ConfigError(file, [{ ...mistake, expected: 'a file that can be read', received: why }], cause)
}
