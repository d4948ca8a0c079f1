// Stream: the connection to the process that is watched. Begins again by itself, with growing pauses; says at any time
// whether what the page shows is live. Reads with fetch, not EventSource, which hides the heartbeats: silence means trouble.
import { signal } from '@preact/signals'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { type Bye, type Hello, PATHS, PROTOCOL, type Rows, type WireTransition } from '../../protocol.ts'
import { applyRows, beginImage } from './endpoints.ts'
import { addTransitions, replaceTransitions } from './transitions.ts'

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Nothing has been heard since then (Date.now()); the next attempt is at `retryAt`. */
  | { readonly kind: 'lost'; readonly since: number; readonly retryAt: number; readonly problem: string }
  | { readonly kind: 'stopped'; readonly since: number; readonly why: Bye['why'] }
  | { readonly kind: 'foreign'; readonly protocol: number }

export const connection = signal<Connection>({ kind: 'connecting' })
export const hello = signal<Hello | null>(null)
/** The whole image has come at least once. */
export const isComplete = signal(false)

/** The server sends something every ten seconds at least. */
const SILENCE_MS = 15_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

let heardAt = Date.now()
let pauseMs = FIRST_PAUSE_MS

/** Never ends. */
export async function watch(): Promise<never> {
  for (;;) {
    const problem = await readOnce()
    const since = heardAt
    const before = connection.peek()
    if (before.kind === 'connecting' || before.kind === 'live' || before.kind === 'lost') {
      const from = before.kind === 'lost' ? before.since : since
      connection.value = { kind: 'lost', since: from, retryAt: Date.now() + pauseMs, problem }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.6)
  }
}

/** Reads until the connection ends. Why it did. */
async function readOnce(): Promise<string> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    const response = await fetch(PATHS.stream, { signal: silence.signal, headers: { accept: 'text/event-stream' } })
    if (!response.ok || response.body === null) return `it answered ${response.status}`
    const parser = createParser({ onEvent: receive, maxBufferSize: 64 * 1024 * 1024 })
    const decoder = new TextDecoder()
    const reader = response.body.getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return 'it closed the connection'
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      heardAt = Date.now()
      parser.feed(decoder.decode(value, { stream: true }))
    }
  } catch {
    return silence.signal.aborted ? 'it has been silent' : 'it does not answer'
  } finally {
    clearTimeout(timer)
  }
}

function receive({ event, data }: EventSourceMessage): void {
  const message: unknown = JSON.parse(data)
  if (event === 'hello') greet(message as Hello)
  else if (connection.peek().kind === 'foreign') return
  else if (event === 'rows') takeRows(message as Rows)
  else if (event === 'history') replaceTransitions(message as WireTransition[])
  else if (event === 'transition') addTransitions(message as WireTransition[])
  else if (event === 'bye') connection.value = { kind: 'stopped', since: Date.now(), why: (message as Bye).why }
}

function greet(greeting: Hello): void {
  if (greeting.protocol !== PROTOCOL) {
    connection.value = { kind: 'foreign', protocol: greeting.protocol }
    return
  }
  hello.value = greeting
  document.title = greeting.title
  pauseMs = FIRST_PAUSE_MS
  beginImage()
}

function takeRows(rows: Rows): void {
  applyRows(rows)
  if (rows.last) isComplete.value = true
  if (!rows.full || rows.last) connection.value = { kind: 'live' }
}
