// Rounds: one exchange with the store, for all endpoints of this process: fetch what is new, report what was seen.
import type { Registry, StatsReader } from '../index.ts'
import { checkChanges, checkNews } from './check-answer.ts'
import type { FleetChange } from './record.ts'
import { packRules } from './rules.ts'
import type { SharedEndpoint } from './shared-endpoint.ts'
import type { FleetLink, FleetNews, FleetReport } from './store.ts'

/** More in one request would block the store for milliseconds. */
const MOST_IN_REQUEST = 200

export class Rounds {
  readonly #link: FleetLink
  readonly #pollMs: number
  readonly #now: () => number
  readonly #changes: StatsReader
  readonly #endpoints: ReadonlyMap<string, SharedEndpoint>
  /** Endpoints with outcomes that still count. */
  readonly #active = new Set<SharedEndpoint>()
  #cursor: string | null = null

  constructor(registry: Registry, link: FleetLink, pollMs: number, endpoints: ReadonlyMap<string, SharedEndpoint>) {
    this.#link = link
    this.#pollMs = pollMs
    this.#now = () => registry.now()
    this.#endpoints = endpoints
    this.#changes = registry.changes()
    // Outcomes from before are not the fleet's.
    for (const _ of this.#changes.read());
  }

  /** It is not known what was missed: the next round asks for everything. */
  startOver(): void {
    this.#cursor = null
  }

  /** @throws FleetStoreError */
  async poll(): Promise<FleetNews> {
    // If one was reconfigured, the fleet's decisions under its new rules are not known here.
    for (const shared of this.#endpoints.values()) if (shared.hasChangedRules()) this.startOver()
    const isAll = this.#cursor === null
    // Then a store that has lost its data gets it back.
    const entries = isAll ? Array.from(this.#endpoints.values(), ({ entry }) => entry) : []
    const news = await this.#link.poll({ cursor: this.#cursor, entries })
    checkNews(news)
    this.#cursor = news.cursor
    const suspects = new Set(news.suspects.map(({ endpoint, rules }) => `${rules} ${endpoint}`))
    for (const shared of this.#endpoints.values()) {
      shared.isSuspect = suspects.size > 0 && suspects.has(`${packRules(shared.rules).digest} ${shared.name}`)
    }
    return news
  }

  /**
   * If something fails, reports what was seen since the last round; `heard` gets the store's answers.
   * @throws FleetStoreError
   */
  async report(heard: (changes: readonly FleetChange[]) => void): Promise<void> {
    const reports = this.#reports()
    for (let from = 0; from < reports.length; from += MOST_IN_REQUEST) {
      const batch = reports.slice(from, from + MOST_IN_REQUEST)
      try {
        const answers = await this.#link.report(batch)
        checkChanges(answers)
        heard(answers)
      } catch (error) {
        for (const { endpoint, calls, failures, slow } of reports.slice(from)) {
          this.#endpoints.get(endpoint)?.outcomes.giveBack({ calls, failures, slow })
        }
        throw error
      }
    }
  }

  #reports(): FleetReport[] {
    const moved = new Map(Array.from(this.#changes.read(), (stats) => [stats.endpoint, stats] as const))
    for (const endpoint of moved.keys()) {
      const shared = this.#endpoints.get(endpoint)
      if (shared !== undefined) this.#active.add(shared)
    }
    const now = this.#now()
    const reports: FleetReport[] = []
    for (const shared of this.#active) {
      const { endpoint, outcomes, rules, isSuspect } = shared
      outcomes.note(moved.get(endpoint), Math.ceil(rules.windowMs / this.#pollMs), now - rules.windowMs)
      const counts = outcomes.take(isSuspect)
      if (counts !== null) reports.push({ ...shared.entry, ...counts, isFailing: outcomes.isFailing(rules) })
      if (outcomes.isEmpty || this.#endpoints.get(endpoint) !== shared) this.#active.delete(shared)
    }
    return reports
  }
}
