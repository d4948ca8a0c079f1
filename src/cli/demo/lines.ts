// Lines: the view for a pipe or a file. One plain line for each thing that happens.

import { cut, type Paint, paintState } from '../terminal/index.ts'
import type { Entry } from './journal.ts'
import type { Audience, Scene } from './run.ts'

const ARROW_WIDTH = 21

/** One line, at most `columns` wide. */
export function lineOf(entry: Entry, nameWidth: number, paint: Paint, columns = Number.POSITIVE_INFINITY): string {
  const { atMs, endpoint, transition, text } = entry
  const time = `${(atMs / 1000).toFixed(2).padStart(6)} s`
  const start = `${paint.dim(time)}  ${endpoint.padEnd(nameWidth)}  `
  const room = columns - time.length - nameWidth - 4
  if (transition === null) return start + paint.cyan(cut(text, room))
  const { from, to } = transition
  const gap = ' '.repeat(Math.max(ARROW_WIDTH - from.length - to.length - 3, 0))
  return `${start}${paintState(from, paint)} → ${paintState(to, paint)}${gap}  ${cut(text, room - ARROW_WIDTH - 2)}`
}

export function widthOfNames(endpoints: Scene['endpoints']): number {
  return Math.max(...endpoints.map(({ name }) => name.length))
}

export function printLines(out: NodeJS.WritableStream, paint: Paint): Audience {
  let nameWidth = 0
  return {
    begins({ options, endpoints, notices }) {
      nameWidth = widthOfNames(endpoints)
      // First, because it is what somebody who asked for it looks for.
      for (const notice of notices) out.write(`${notice}\n`)
      for (const { name, url, pids } of endpoints) {
        out.write(`${name.padEnd(nameWidth)}  ${url}${pids.length > 0 ? `  pid ${pids.join(', ')}` : ''}\n`)
      }
      const howLong = Number.isFinite(options.durationMs)
        ? `for ${options.durationMs / 1000} s`
        : 'until it is interrupted'
      out.write(`${options.rate} calls/s to each, with and without its breaker, ${howLong}\n`)
    },
    happened(entry) {
      out.write(`${lineOf(entry, nameWidth, paint)}\n`)
    },
    ends() {},
  }
}
