// Stream: a dashboard's events, connected again whenever they break off. Silence is a break, too.
import { createParser } from 'eventsource-parser'
import { type ErrorAnswer, PATHS, PROTOCOL, type StreamEvents } from '../../observe/dashboard/index.ts'
import { Failure, WRONG_ARGUMENTS } from '../exit.ts'
import { safeText } from '../terminal/index.ts'

type Told = { [N in keyof StreamEvents]: { readonly kind: 'event'; readonly name: N; readonly data: StreamEvents[N] } }

/** An event of the stream, or what became of the connection. */
export type News = Told[keyof Told] | { readonly kind: 'lost'; readonly why: string; readonly retryInMs: number }

/** The server says something every ten seconds. */
const SILENCE_MS = 25_000
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000
const NAMES: Readonly<Record<keyof StreamEvents, true>> = {
  hello: true,
  rows: true,
  history: true,
  transition: true,
  bye: true,
}

/** @throws Failure */
export function baseOf(text: string): URL {
  const written = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(written) ? new URL(written) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Failure(
      `expected the address of a dashboard, as in http://127.0.0.1:8642, received ${text}`,
      WRONG_ARGUMENTS,
    )
  }
  // As it stands in the browser, where an endpoint may be open.
  url.hash = ''
  url.search = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/**
 * Until `signal` is aborted. The first connection must be made; one that is lost is made again, as often as it takes.
 * @throws Failure where there is no dashboard, or one of another protocol
 */
export async function* follow(base: URL, signal: AbortSignal): AsyncGenerator<News> {
  let wasThere = false
  let retryInMs = FIRST_RETRY_MS
  while (!signal.aborted) {
    let why = 'the connection ended'
    try {
      for await (const news of connected(base, signal)) {
        wasThere = true
        retryInMs = FIRST_RETRY_MS
        yield news
        if (news.kind === 'event' && news.name === 'bye') why = news.data.why
      }
    } catch (error) {
      if (signal.aborted) return
      if (!wasThere || error instanceof OtherProtocol) throw new Failure(`${shown(base)}: ${reasonOf(error)}`)
      why = reasonOf(error)
    }
    if (signal.aborted) return
    yield { kind: 'lost', why, retryInMs }
    await pause(retryInMs, signal)
    retryInMs = Math.min(retryInMs * 2, LONGEST_RETRY_MS)
  }
}

class OtherProtocol extends Error {}

async function* connected(base: URL, signal: AbortSignal): AsyncGenerator<Told[keyof Told]> {
  const connection = new AbortController()
  const end = () => connection.abort()
  signal.addEventListener('abort', end, { once: true })
  let silence: NodeJS.Timeout | undefined
  let isSilent = false
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      isSilent = true
      end()
    }, SILENCE_MS)
  }
  try {
    heard()
    const body = await open(base, connection.signal)
    const events: Told[keyof Told][] = []
    const parser = createParser({
      onEvent: ({ event, data }) => {
        // What a newer server adds is not ours to know.
        if (event !== undefined && Object.hasOwn(NAMES, event)) events.push(eventOf(event as keyof StreamEvents, data))
      },
    })
    const decoder = new TextDecoder()
    for await (const chunk of body) {
      heard()
      parser.feed(decoder.decode(chunk, { stream: true }))
      yield* events.splice(0)
    }
  } catch (error) {
    throw isSilent ? new Error('nothing heard for 25 s') : error
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', end)
    connection.abort()
  }
}

/** A name and a password in the address go in a header: fetch takes no address that has them. */
export function request(url: URL, signal: AbortSignal): Promise<Response> {
  const { username, password } = url
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const authorization = username === '' && password === '' ? {} : { authorization: `Basic ${login}` }
  return fetch(shown(url), { signal, headers: { accept: 'text/event-stream, application/json', ...authorization } })
}

/** Nobody's password is printed. */
export function shown(url: URL): string {
  return Object.assign(new URL(url), { username: '', password: '' }).href
}

async function open(base: URL, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await request(new URL(PATHS.stream, base), signal)
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok) throw new Error(await refusalIn(response))
  if (response.body === null || !type.startsWith('text/event-stream'))
    throw new Error('there is something else than a dashboard')
  return response.body
}

/** A dashboard says why it refuses; whatever else is there has no such words. What stands before it may ask who it is. */
async function refusalIn(response: Response): Promise<string> {
  const answer = (await response.json().catch(() => null)) as Partial<ErrorAnswer> | null
  const why: unknown = answer?.error?.message
  const otherwise = response.status === 401 ? 'a name and a password are asked for' : 'there is no dashboard'
  return `${typeof why === 'string' ? safeText(why) : otherwise} (HTTP ${response.status})`
}

function eventOf(name: keyof StreamEvents, text: string): Told[keyof Told] {
  const data = JSON.parse(text)
  if (name === 'hello' && data.protocol !== PROTOCOL) {
    throw new OtherProtocol(
      `it speaks version ${data.protocol} of the protocol, and this switchgear version ${PROTOCOL}: use the same switchgear as the process`,
    )
  }
  return { kind: 'event', name, data }
}

/** fetch wraps what happened in an error that says only that it failed. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ECONNREFUSED') return 'nobody listens there (is the process running, and its dashboard?)'
  if (code === 'ENOTFOUND') return 'there is no such host'
  const why = code ?? (cause as Error | undefined)?.message
  return why === undefined ? message : `${message} (${why})`
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}
