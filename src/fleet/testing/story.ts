// Story: the requests to a store under test, in order, to show why it failed.
import { printable } from '../../core/options/index.ts'
import type { FleetEntry, FleetLink } from '../index.ts'
import { within } from './agree.ts'

export type Story = string[]

/** A promise that is not settled by then never will be: the deadlines of stores are shorter. Real time. */
export const LONGEST_WAIT_MS = 20_000

/** More would hide what matters. */
const LONGEST_LIST = 3

/** The link, which records its requests, and waits for no promise for ever. */
export function narrated(link: FleetLink, instance: string, story: Story): FleetLink {
  const ask = <T>(what: string, asked: () => Promise<T>): Promise<T> => {
    story.push(`${instance}.${what}`)
    return within(LONGEST_WAIT_MS, promiseOf(what, asked), `${instance}.${what} was not settled`)
  }
  return {
    report(reports) {
      const counts = reports.map((report) => `${nameOf(report)}: ${report.failures} of ${report.calls} failed`)
      return ask(`report(${listOf(counts)})`, () => link.report(reports))
    },
    acquire: (entry, token) => ask(`acquire(${nameOf(entry)}, '${token}')`, () => link.acquire(entry, token)),
    complete(entry, result) {
      const { version, token, isSuccess } = result
      const outcome = isSuccess ? 'success' : 'failure'
      return ask(`complete(${nameOf(entry)}, ${outcome} of '${token}' at version ${version})`, () => {
        return link.complete(entry, result)
      })
    },
    poll(poll) {
      const asked = poll.cursor === null ? ['everything', ...poll.entries.map(nameOf)] : [`since ${poll.cursor}`]
      return ask(`poll(${listOf(asked)})`, () => link.poll(poll))
    },
    command: (entry, command) => ask(`command(${nameOf(entry)}, ${command.type})`, () => link.command(entry, command)),
    ping: () => ask('ping()', () => link.ping()),
    subscribe: (listener) => link.subscribe(listener),
    figures: () => link.figures(),
    close: () => ask('close()', () => link.close()),
  }
}

function promiseOf<T>(what: string, asked: () => Promise<T>): Promise<T> {
  try {
    return asked()
  } catch (error) {
    throw new Error(`${what}: expected a promise, and it threw`, { cause: error })
  }
}

function nameOf({ endpoint, view }: FleetEntry): string {
  const name = printable(String(endpoint), 40)
  return view === null ? name : `${name} known as ${view.state} ${view.version}`
}

function listOf(items: readonly string[]): string {
  const more = items.length - LONGEST_LIST
  return [...items.slice(0, LONGEST_LIST), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
