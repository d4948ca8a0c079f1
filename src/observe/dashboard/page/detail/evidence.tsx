// Evidence: what speaks against the endpoint at the moment: the windows of its policy, what is in them, and how near each is
// to the threshold that opens.
import type { WireCount, WireEvidence, WireRate } from '../../protocol.ts'
import { duration, percent, plural } from '../format.ts'
import { Cells } from './cells.tsx'
import { Gauge } from './gauge.tsx'

/** States in which the windows do not decide. */
const UNJUDGED: Readonly<Record<string, string>> = {
  open: 'It is open: this is what it had seen by then. Nothing of it decides what comes next.',
  halfOpen: 'It is half-open: its probes decide. This is what it had seen before.',
  ramping: 'It is on its recovery ramp: the calls of that decide. This is what it had seen before.',
  forcedOpen: 'It is forced open: this is what it had seen by then. Nothing of it decides.',
  disabled: 'It is disabled: outcomes are counted, nothing opens it.',
}

export function Evidence({ evidence, state }: { evidence: WireEvidence; state: string }) {
  const rules = Object.entries(evidence).filter(([, rule]) => rule !== null && rule.threshold !== null)
  const isJudging = UNJUDGED[state] === undefined
  return (
    <section class="part evidence" aria-labelledby="evidence-title">
      <h3 id="evidence-title">The window</h3>
      {UNJUDGED[state] !== undefined && <p class="faint">{UNJUDGED[state]}</p>}
      {rules.map(([name, rule]) => rule !== null && <Rule key={name} rule={rule} isJudging={isJudging} />)}
      {rules.length === 0 && <p class="faint">Its policy has no rule that opens it.</p>}
    </section>
  )
}

function Rule({ rule, isJudging }: { rule: WireCount | WireRate; isJudging: boolean }) {
  if ('buckets' in rule) return <Rate rate={rule} isJudging={isJudging} />
  return <Count {...rule} threshold={rule.threshold ?? 0} isJudging={isJudging} />
}

type CountProps = Omit<WireCount, 'threshold'> & {
  readonly threshold: number
  readonly isJudging: boolean
}

const MOST_PIPS = 24

function Count({ title, count, threshold, windowMs, ages, isJudging }: CountProps) {
  const isReached = isJudging && count >= threshold
  return (
    <div class="rule">
      <h4>
        {title}
        <span class={`rule-figure figure${isReached ? ' is-reached' : ''}`}>
          {isJudging ? `${count} of ${threshold}` : count}
        </span>
      </h4>
      {windowMs !== null ? (
        <Ages ages={ages} windowMs={windowMs} />
      ) : threshold > MOST_PIPS ? (
        <Gauge share={count / threshold} threshold={1} isReached={isReached} />
      ) : (
        <div class="pips" role="img" aria-label={`${count} of ${threshold} failures`}>
          {Array.from({ length: threshold }, (_, index) => (
            <i key={index} class={index < count ? 'pip pip-full' : 'pip'} />
          ))}
        </div>
      )}
      {isJudging && (
        <p class="rule-words">
          {windowMs === null
            ? `Opens at ${plural(threshold, 'failure')} in the count.`
            : `Opens at ${plural(threshold, 'failure')} within ${duration(windowMs)}.`}
        </p>
      )}
    </div>
  )
}

/** When the failures were: a line of time that ends now. */
function Ages({ ages, windowMs }: { ages: readonly number[]; windowMs: number }) {
  return (
    <div class="ages" role="img" aria-label={`${plural(ages.length, 'failure')} within the last ${duration(windowMs)}`}>
      <div class="ages-line">
        {ages.map((age, index) => (
          <i key={index} class="ages-mark" style={{ left: `${Math.max(0, 1 - age / windowMs) * 100}%` }} />
        ))}
      </div>
      <div class="scale">
        <span>{duration(windowMs)} ago</span>
        <span>now</span>
      </div>
    </div>
  )
}

interface RateProps {
  readonly rate: WireRate
  readonly isJudging: boolean
}

function Rate({ rate, isJudging }: RateProps) {
  const { title, did, calls, minimumCalls, threshold, window } = rate
  const share = rate.rate ?? 0
  const isJudged = calls >= minimumCalls
  const isReached = isJudging && isJudged && rate.rate !== null && share >= threshold
  return (
    <div class="rule">
      <h4>
        {title}
        <span class={`rule-figure figure${isReached ? ' is-reached' : ''}`}>{percent(rate.rate)}</span>
      </h4>
      <Cells rate={rate} />
      <Gauge share={share} threshold={threshold} isReached={isReached} />
      <p class="rule-words">
        {`${rate.marked} of ${plural(calls, 'call')} ${did} ${'calls' in window ? `(the last ${window.calls})` : `(the last ${duration(window.timeMs)})`}. `}
        {isJudging &&
          (isJudged
            ? `Opens at ${percent(threshold)}.`
            : `Not judged before there are ${minimumCalls}; then it opens at ${percent(threshold)}.`)}
      </p>
    </div>
  )
}
