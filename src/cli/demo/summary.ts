// Summary: the report as people read it, the answer to "what did this buy me".
import { type Column, inWords, type Paint, tableOf, wrap } from '../terminal/index.ts'
import type { EndpointReport, Report } from './report.ts'

/** `width`: that of the terminal, if it is one. */
export function summaryOf(report: Report, paint: Paint, width = Number.POSITIVE_INFINITY): string {
  const { endpoints, total, durationMs, ratePerSecond, interruptedBy } = report
  const ended = interruptedBy === null ? '' : `, ended by ${interruptedBy}`
  const title = `The same ${ratePerSecond} calls/s for ${inWords(durationMs)}${ended}: without a breaker → with one`
  const parts = [
    paint.bold(wrap(title, width)),
    tableOf(trafficOf(endpoints), paint, width),
    paint.bold('What the breakers bought'),
    tableOf(gainsOf(endpoints, paint), paint, width),
    `${paint.bold(
      verdict(total)
        .map((line) => wrap(line, width))
        .join('\n'),
    )}\n`,
    paint.dim(
      notes(endpoints)
        .map((note) => wrap(note, width, indentOf(note)))
        .join('\n'),
    ),
  ]
  return `${parts.join('\n')}\n`
}

/** Where the words after `waited:     ` begin. */
function indentOf(note: string): number {
  return /^[\w ]+: +/.exec(note)?.[0].length ?? 0
}

function trafficOf(endpoints: readonly EndpointReport[]): Column[] {
  const change = (of: (recent: EndpointReport['guarded']) => number, write: (value: number) => string = String) =>
    endpoints.map(({ guarded, unguarded }) =>
      of(unguarded) === 0 && of(guarded) === 0 ? '-' : `${write(of(unguarded))} → ${write(of(guarded))}`,
    )
  return [
    { title: 'endpoint', cells: endpoints.map(({ endpoint }) => endpoint), isWords: true },
    { title: 'calls', cells: endpoints.map(({ guarded }) => String(guarded.calls)), spare: 3 },
    { title: 'failed', cells: change(({ failed }) => failed) },
    { title: 'slow', cells: change(({ slow }) => slow), spare: 2 },
    { title: 'sent while bad', cells: change(({ sentWhileBad }) => sentWhileBad), spare: 1 },
    { title: 'waited', cells: change(({ waitedMs }) => waitedMs, inWords) },
  ]
}

function gainsOf(endpoints: readonly EndpointReport[], paint: Paint): Column[] {
  const gained = (of: (report: EndpointReport) => string) =>
    endpoints.map((report) => (report.openings > 0 ? of(report) : '-'))
  return [
    { title: 'endpoint', cells: endpoints.map(({ endpoint }) => endpoint), isWords: true },
    { title: 'calls spared', cells: gained(({ spared }) => paint.green(String(spared))) },
    { title: 'time saved', cells: gained(({ savedMs }) => paint.green(inWords(savedMs))) },
    { title: 'in vain', cells: gained(({ refusedInVain }) => String(refusedInVain)), spare: 1 },
    { title: 'noticed', cells: endpoints.map(({ noticedAfterMs }) => inWords(noticedAfterMs)), spare: 2 },
    { title: 'recovered', cells: endpoints.map(({ recoveredAfterMs }) => inWords(recoveredAfterMs)), spare: 3 },
  ]
}

function verdict({ spared, savedMs, refusedInVain }: Report['total']): string[] {
  if (spared === 0 && refusedInVain === 0) return ['No breaker refused a call: nothing was gained, and nothing lost.']
  const were = refusedInVain === 1 ? 'was' : 'were'
  return [
    `${count(spared, 'call')} did not wait on a bad service, which saved ${inWords(savedMs)} of waiting;`,
    `${count(refusedInVain, 'call')} ${were} refused that would have been answered.`,
  ]
}

function notes(endpoints: readonly EndpointReport[]): string[] {
  const cutOff = endpoints.reduce((sum, { guarded, unguarded }) => sum + guarded.cutOff + unguarded.cutOff, 0)
  const knownBy = endpoints.some(({ outageKnownBy }) => outageKnownBy === 'calls') ? 'calls' : 'service'
  return [
    'Every call was made twice, through the breaker and without it, with one timeout.',
    'waited:     for answers that failed, were slow, or were refused.',
    'spared:     refused, and its twin without a breaker failed or was slow.',
    'in vain:    refused, and its twin was answered well.',
    ...MOMENTS[knownBy],
    ...(cutOff > 0 ? [`${count(cutOff, 'call')} had no answer when the run ended, and count for nothing.`] : []),
  ]
}

const MOMENTS = {
  service: [
    'noticed:    from the moment the service turned bad to open.',
    'recovered:  from the moment it was back to closed.',
  ],
  calls: [
    'noticed:    from the first failure seen to open.',
    'recovered:  from the first success seen after that to closed.',
    'When your service really failed and came back, only it knows. Of several outages it is the first.',
  ],
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
