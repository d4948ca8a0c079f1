// Files: the page as it was built, from memory, compressed as the browser takes it. Nothing is read from a disk.
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { pageFiles } from './page-files.ts'

/** A file of the page. */
export interface PageFile {
  /** Its media type. */
  readonly type: string
  /** Its text, or its bytes in base64. */
  readonly body: string
  readonly encoding?: 'base64'
}

const COMPRESSIONS = { br: promisify(brotliCompress), gzip: promisify(gzip) }
const COMPRESSIBLE = /^(text\/|application\/(javascript|json|manifest)|image\/svg)/
/** What is under `assets/` is named for its content. */
const FOR_EVER = 'public, max-age=31536000, immutable'

const files: ReadonlyMap<string, PageFile> = new Map(Object.entries(pageFiles))
/** Compressed when first asked for, off the main thread. */
const compressed = new Map<string, Promise<Uint8Array>>()

/** The file of this path, as in `assets/page-1a2b.js`; `null` if there is none. */
export async function fileResponse(path: string, accepted: string): Promise<Response | null> {
  const file = files.get(path)
  if (file === undefined) return null
  const bytes = Buffer.from(file.body, file.encoding ?? 'utf8')
  const headers = new Headers({
    'content-type': file.type,
    'cache-control': path.startsWith('assets/') ? FOR_EVER : 'no-cache',
    vary: 'accept-encoding',
  })
  const coding = COMPRESSIBLE.test(file.type) ? codingOf(accepted) : null
  if (coding === null) return new Response(bytes, { headers })
  headers.set('content-encoding', coding)
  const key = `${coding} ${path}`
  const body = compressed.get(key) ?? COMPRESSIONS[coding](bytes)
  compressed.set(key, body)
  return new Response(Buffer.from(await body), { headers })
}

/** The best coding that an Accept-Encoding takes. */
function codingOf(accepted: string): keyof typeof COMPRESSIONS | null {
  const taken = accepted
    .toLowerCase()
    .split(',')
    .filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item))
    .map((item) => item.replace(/;.*/, '').trim())
  if (taken.includes('br')) return 'br'
  return taken.includes('gzip') ? 'gzip' : null
}
