// Reader: a client of the dashboard's stream over a real connection. It knows what a page would know.
import { createParser } from 'eventsource-parser'
import {
  type Bye,
  COLUMN,
  type Hello,
  type Rows,
  type StreamEvents,
  type WireRow,
  type WireTransition,
} from '../../../../src/observe/dashboard/protocol.ts'

type Event = { [N in keyof StreamEvents]: { readonly name: N; readonly data: StreamEvents[N] } }[keyof StreamEvents]

export interface Reader {
  readonly events: readonly Event[]
  /** What it knows of each endpoint. */
  readonly rows: ReadonlyMap<string, WireRow>
  readonly hello: () => Hello
  readonly updates: () => readonly Rows[]
  readonly transitions: () => readonly WireTransition[]
  readonly history: () => readonly WireTransition[]
  readonly bye: () => Bye | undefined
  /** Until this is so, which is asked after each event. Rejects when the stream ends before. */
  readonly until: (condition: (reader: Reader) => boolean) => Promise<void>
  /** Until the whole image is there. */
  readonly ready: () => Promise<void>
  readonly ended: Promise<void>
  readonly leave: () => void
}

export async function openReader(url: string): Promise<Reader> {
  const abort = new AbortController()
  const response = await fetch(`${url}api/stream`, { signal: abort.signal })
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status} ${await response.text()}`)
  const events: Event[] = []
  const rows = new Map<string, WireRow>()
  const waiting = new Set<() => void>()
  let isEnded = false
  const of = <N extends Event['name']>(name: N) =>
    events.filter((event) => event.name === name).map(({ data }) => data as StreamEvents[N])

  const parser = createParser({
    onEvent({ event = '', data }) {
      const received = { name: event, data: JSON.parse(data) } as Event
      events.push(received)
      if (received.name === 'hello') rows.clear()
      if (received.name === 'rows') {
        for (const name of received.data.gone) rows.delete(name)
        for (const row of received.data.rows) rows.set(row[COLUMN.endpoint], row)
      }
      for (const check of waiting) check()
    },
  })
  const read = async (body: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }))
  }
  const ended = read(response.body)
    .catch((error: unknown) => {
      if (!abort.signal.aborted) throw error
    })
    .finally(() => {
      isEnded = true
      for (const check of waiting) check()
    })
  const reader: Reader = {
    events,
    rows,
    hello: () => of('hello').at(-1) as Hello,
    updates: () => of('rows'),
    transitions: () => of('transition').flat(),
    history: () => of('history').flat(),
    bye: () => of('bye')[0],
    until: (condition) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (condition(reader)) resolve()
          else if (isEnded) reject(new Error('the stream ended'))
          else return
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
    ready: () => reader.until(() => of('rows').some(({ last }) => last === true)),
    ended,
    leave: () => abort.abort(),
  }
  return reader
}
