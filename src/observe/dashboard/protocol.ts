// Protocol: the stream from the dashboard's server to its pages and `switchgear watch`; what they may ask besides is in
// api.ts. Written by the server, read by the page and the command line, so it imports tables and types alone.
import type { WireRow, WireTransition } from './wire.ts'

export * from './api.ts'
export * from './wire.ts'

/** At most so many rows are in one `rows` event. */
export const MOST_ROWS = 1_000
/** At most so many transitions are in one `transition` or `history` event; of more, the newest. */
export const MOST_TRANSITIONS = 1_000

/**
 * First event of every connection, and sent again if the reader was too slow. What the reader knew before is void: a full
 * image follows. Times in ms since 1970.
 */
export interface Hello {
  /** The PROTOCOL of the server. */
  readonly protocol: number
  /** The title of the dashboard. */
  readonly title: string
  /** Of the process. */
  readonly pid: number
  /** When the process started. */
  readonly startedAt: number
  /** The clock of the server. */
  readonly now: number
  /** Whether commands are accepted, with a token. */
  readonly controls: boolean
  /** How many endpoints there are. */
  readonly endpoints: number
}

/** Rows that are new or have moved, and the names of those that are gone (remove these first, then add the rows). */
export interface Rows {
  /** When they were read, in ms since 1970. */
  readonly now: number
  /** Part of the full image after `hello`. */
  readonly full?: true
  /** The last part of the full image: the reader now knows every endpoint. */
  readonly last?: true
  /** The figures of each as they are by now. */
  readonly rows: readonly WireRow[]
  /** Names. */
  readonly gone: readonly string[]
}

/**
 * The events of the stream by name. After `hello` comes the full image as `rows`, then `history`: the newest earlier
 * transitions, oldest first. From then on `rows` at most four times a second, and `transition` with new ones. `bye` says
 * that nothing more will come, and why. Comment lines (`:`) come every ten seconds, so that silence means trouble.
 */
export interface StreamEvents {
  /** First. */
  hello: Hello
  /** The image, then what has changed. */
  rows: Rows
  /** Once the image is complete: the newest earlier transitions, oldest first. */
  history: readonly WireTransition[]
  /** What has happened since the last one, oldest first. */
  transition: readonly WireTransition[]
  /** Last. */
  bye: Bye
}

/** Why the stream ends: the registry was closed, or the dashboard was. */
export interface Bye {
  /** What was closed. */
  readonly why: 'registry closed' | 'dashboard closed'
}

/** One event of the stream as it is sent. JSON has no line breaks outside of strings, and escapes those within. */
export function encodeEvent<N extends keyof StreamEvents>(name: N, data: StreamEvents[N]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
