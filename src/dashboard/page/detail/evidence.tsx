// Evidence: what speaks against the endpoint at the moment: the windows of its policy, what is in them, and how near each is
// to the threshold that opens.
import type { WireEvidence, WireRate } from '../../protocol.ts'
import { duration, percent, plural } from '../format.ts'
import { Cells } from './cells.tsx'
import { Gauge } from './gauge.tsx'

export function Evidence({
  evidence: { failures, failureRate, slowCalls },
  state,
}: {
  evidence: WireEvidence
  state: string
}) {
  const hasRule = failures.threshold !== null || failureRate !== null || slowCalls !== null
  return (
    <section class="part evidence" aria-labelledby="evidence-title">
      <h3 id="evidence-title">The window</h3>
      {state === 'disabled' && <p class="faint">It is disabled: outcomes are counted, nothing opens it.</p>}
      {failures.threshold !== null && <Failures {...failures} threshold={failures.threshold} />}
      {failureRate !== null && <Rate title="Failure rate" marked="failed" rate={failureRate} />}
      {slowCalls !== null && <Rate title="Slow calls" marked="slow" rate={slowCalls} />}
      {!hasRule && <p class="faint">Its policy has no rule that opens it.</p>}
    </section>
  )
}

type FailuresProps = Omit<WireEvidence['failures'], 'threshold'> & { readonly threshold: number }

const MOST_PIPS = 24

function Failures({ count, threshold, windowMs, ages }: FailuresProps) {
  const isReached = count >= threshold
  return (
    <div class="rule">
      <h4>
        Failures
        <span class={`rule-figure figure${isReached ? ' is-reached' : ''}`}>
          {count} of {threshold}
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
      <p class="rule-words">
        {windowMs === null
          ? `Opens at ${plural(threshold, 'failure')} in the count.`
          : `Opens at ${plural(threshold, 'failure')} within ${duration(windowMs)}.`}
      </p>
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

function Rate({ title, marked, rate }: { title: string; marked: string; rate: WireRate }) {
  const { calls, minimumCalls, threshold, window } = rate
  const share = rate.rate ?? 0
  const isJudged = calls >= minimumCalls
  const isReached = isJudged && rate.rate !== null && share >= threshold
  return (
    <div class="rule">
      <h4>
        {title}
        <span class={`rule-figure figure${isReached ? ' is-reached' : ''}`}>{percent(rate.rate)}</span>
      </h4>
      <Cells rate={rate} marked={marked} />
      <Gauge share={share} threshold={threshold} isReached={isReached} />
      <p class="rule-words">
        {`${rate.marked} of ${plural(calls, 'call')} ${marked} ${'calls' in window ? `(the last ${window.calls})` : `(the last ${duration(window.timeMs)})`}. `}
        {isJudged
          ? `Opens at ${percent(threshold)}.`
          : `Not judged before there are ${minimumCalls}; then it opens at ${percent(threshold)}.`}
      </p>
    </div>
  )
}
