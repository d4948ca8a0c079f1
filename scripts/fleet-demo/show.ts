// What people see of the demonstration: on a terminal a table of the services over what happened last, in a pipe a line for each
// thing that happens.
import { createLogUpdate } from 'log-update'
import { cut, isTerminal, type Paint, paintFor, paintState, tableOf } from '../../src/cli/terminal/index.ts'
import type { BreakerState } from '../../src/index.ts'
import { SERVICES, type View } from './services.ts'

export interface Scene {
  readonly views: readonly (readonly View[])[]
  readonly isStoreUp: boolean
  readonly isPaymentsUp: boolean
}

export interface Show {
  say(who: string, text: string): void
  end(): void
}

const REDRAW_MS = 200
const LOG_LINES = 14
const STATES: readonly string[] = ['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled'] satisfies BreakerState[]

export function openShow(what: string, scene: () => Scene): Show {
  const out = process.stdout
  const paint = paintFor(out)
  const startedAt = performance.now()
  const lines: string[] = []
  const line = (who: string, text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5)
    return `${paint.dim(`${seconds} s`)}  ${who.padEnd(10)}  ${who === '' ? paint.cyan(text) : text}`
  }
  if (!isTerminal(out)) {
    out.write(`${what}\n`)
    return {
      say: (who, text) => void out.write(`${line(who, text)}\n`),
      end: () => {},
    }
  }
  const update = createLogUpdate(out)
  const draw = () => {
    const shown = [what, ...pictureOf(scene(), paint, out.columns), ...lines.slice(-LOG_LINES)]
    update(shown.map((text) => cut(text, out.columns)).join('\n'))
  }
  const timer = setInterval(draw, REDRAW_MS)
  return {
    say: (who, text) => void lines.push(line(who, text)),
    end() {
      clearInterval(timer)
      draw()
      update.done()
    },
  }
}

function pictureOf({ views, isStoreUp, isPaymentsUp }: Scene, paint: Paint, width: number): string[] {
  const upOrDown = (isUp: boolean) => (isUp ? paint.green('up') : paint.red('down'))
  const rows = views.map((view, index) => [`process ${index + 1}`, ...view.map(({ word }) => cell(word, paint))])
  const titles = ['calls to payments', ...SERVICES]
  const columns = titles.map((title, at) => ({
    title: title.padEnd(10),
    cells: rows.map((row) => row[at] ?? ''),
    isWords: true,
  }))
  const seen = views.flat().filter(({ hasStore }) => hasStore).length
  const store = `store ${upOrDown(isStoreUp)}, ${seen} of ${views.flat().length} services are linked to it`
  return [`payments ${upOrDown(isPaymentsUp)}   ${store}`, ...tableOf(columns, paint, width).split('\n')]
}

function cell(word: string, paint: Paint): string {
  return STATES.includes(word) ? paintState(word as BreakerState, paint) : paint.yellow(word)
}
