// Timeline: how long it was in which state, a lane each (a Gantt strip), up to now; and how long its fleet
// rejected calls, for then the state of the breaker did not decide.
import type { EndpointDetail, WirePeriod } from '../../protocol.ts'
import { fleetWord, isOverridden, lookOf } from '../admission.ts'
import { duration, NOTHING, timeOfDay } from '../format.ts'
import { BY_SEVERITY, styleOf, wordOf } from '../states.ts'
import { Glyph } from '../ui/icons.tsx'
import { LookBadge } from '../ui/state-badge.tsx'

const SHORTEST_MS = 60_000
const LONGEST_MS = 30 * 60_000
/** Lanes that are there even when they are empty. */
const USUAL = new Set(['closed', 'open', 'halfOpen'])

export function Timeline({ detail: { row, timeline, fleetTimeline, now, stats } }: { detail: EndpointDetail }) {
  const oldest = timeline[0]?.from ?? now
  const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - oldest))
  const begin = now - span
  const isSeen = ({ to }: WirePeriod) => to === null || to > begin
  const periods = timeline.filter(isSeen)
  const ofFleet = fleetTimeline.filter(isSeen)
  const lanes = BY_SEVERITY.map((state) => styleOf(state).key).filter(
    (key) => USUAL.has(key) || periods.some(({ state }) => state === key),
  )
  return (
    <section class="part part-wide timeline" aria-labelledby="timeline-title">
      <h3 id="timeline-title">Timeline</h3>
      {isOverridden(row) && (
        <p class="faint">
          These are the states of the breaker itself. Now <LookBadge look={lookOf(row)} /> decides.
        </p>
      )}
      <div class="lanes">
        {ofFleet.length > 0 && (
          <div class="lane">
            <span class="lane-name">
              <Glyph shape="open" isFleets size={11} /> fleet
            </span>
            <span class="lane-strip" role="img" aria-label={fleetSentence(ofFleet)}>
              {ofFleet.map((period) => (
                <Period
                  key={period.from}
                  period={period}
                  begin={begin}
                  span={span}
                  now={now}
                  kind={`state-${period.state}`}
                />
              ))}
            </span>
            <span class="lane-total" />
          </div>
        )}
        {lanes.map((key) => (
          <div key={key} class={`lane state-${key}`}>
            <span class="lane-name">
              <Glyph shape={key} size={11} /> {wordOf(key)}
            </span>
            <span class="lane-strip" role="img" aria-label={sentenceOf(key, stats.timeInState[key])}>
              {periods
                .filter(({ state }) => state === key)
                .map((period) => (
                  <Period key={period.from} period={period} begin={begin} span={span} now={now} />
                ))}
              {key === 'closed' &&
                ofFleet.map((period) => (
                  <Period
                    key={`over ${period.from}`}
                    period={period}
                    begin={begin}
                    span={span}
                    now={now}
                    kind="is-over"
                  />
                ))}
            </span>
            <span class="lane-total figure" title="In all">
              {stats.timeInState[key] === 0 ? NOTHING : duration(wholeSeconds(stats.timeInState[key]))}
            </span>
          </div>
        ))}
        <div class="lane lane-scale" aria-hidden="true">
          <span />
          <span class="scale">
            <span>{timeOfDay(begin)}</span>
            <span>{timeOfDay(begin + span / 2)}</span>
            <span>now</span>
          </span>
          <span class="lane-total">in all</span>
        </div>
      </div>
    </section>
  )
}

interface PeriodProps {
  readonly period: WirePeriod
  readonly begin: number
  readonly span: number
  readonly now: number
  /** Another look than that of its lane. */
  readonly kind?: string
}

function Period({ period, begin, span, now, kind = '' }: PeriodProps) {
  const from = Math.max(begin, period.from)
  const to = period.to ?? now
  return (
    <i
      class={`period ${kind}`}
      title={`${kind === '' ? wordOf(period.state) : fleetWord(period.state)} for ${duration(to - period.from)}, from ${timeOfDay(period.from)}`}
      style={{ left: `${((from - begin) / span) * 100}%`, width: `${((to - from) / span) * 100}%` }}
    />
  )
}

function fleetSentence(periods: readonly WirePeriod[]): string {
  const last = periods.at(-1)
  return last?.to === null ? `${fleetWord(last.state)}, now` : 'the fleet rejected calls, and no longer does'
}

function sentenceOf(state: string, ms: number): string {
  return `${wordOf(state)}: ${duration(wholeSeconds(ms))} in all`
}

function wholeSeconds(ms: number): number {
  return ms < 1000 ? ms : Math.floor(ms / 1000) * 1000
}
