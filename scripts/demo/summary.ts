// Summary: the report as people read it, the answer to "what did this buy me".
import { inWords, newTable, type Paint } from './paint.ts'
import type { EndpointReport, Report } from './report.ts'

export function summaryOf(report: Report, paint: Paint): string {
  const { endpoints, total, durationMs, ratePerSecond, interruptedBy } = report
  const ended = interruptedBy === null ? '' : `, ended by ${interruptedBy}`
  const parts = [
    paint.bold(`The same ${ratePerSecond} calls/s for ${inWords(durationMs)}${ended}: without a breaker → with one`),
    trafficTable(endpoints, paint),
    paint.bold('What the breakers bought'),
    gainTable(endpoints, paint),
    `${paint.bold(verdict(total))}\n`,
    paint.dim(notes(endpoints).join('\n')),
  ]
  return `${parts.join('\n')}\n`
}

function trafficTable(endpoints: readonly EndpointReport[], paint: Paint): string {
  const table = newTable(['endpoint', 'calls', 'failed', 'slow', 'sent while bad', 'waited'], paint)
  for (const { endpoint, guarded, unguarded } of endpoints) {
    const change = (of: (lane: EndpointReport['guarded']) => number, write: (value: number) => string = String) =>
      of(unguarded) === 0 && of(guarded) === 0 ? '-' : `${write(of(unguarded))} → ${write(of(guarded))}`
    table.push([
      endpoint,
      String(guarded.calls),
      change(({ failed }) => failed),
      change(({ slow }) => slow),
      change(({ sentWhileBad }) => sentWhileBad),
      change(({ waitedMs }) => waitedMs, inWords),
    ])
  }
  return table.toString()
}

function gainTable(endpoints: readonly EndpointReport[], paint: Paint): string {
  const table = newTable(['endpoint', 'calls spared', 'time saved', 'in vain', 'noticed', 'recovered'], paint)
  for (const { endpoint, openings, spared, savedMs, refusedInVain, noticedAfterMs, recoveredAfterMs } of endpoints) {
    const opened = openings > 0
    table.push([
      endpoint,
      opened ? paint.green(String(spared)) : '-',
      opened ? paint.green(inWords(savedMs)) : '-',
      opened ? String(refusedInVain) : '-',
      inWords(noticedAfterMs),
      inWords(recoveredAfterMs),
    ])
  }
  return table.toString()
}

function verdict({ spared, savedMs, refusedInVain }: Report['total']): string {
  if (spared === 0 && refusedInVain === 0) return 'No breaker refused a call: nothing was gained, and nothing lost.'
  const were = refusedInVain === 1 ? 'was' : 'were'
  return [
    `${count(spared, 'call')} did not wait on a bad service, which saved ${inWords(savedMs)} of waiting;`,
    `${count(refusedInVain, 'call')} ${were} refused that would have been answered.`,
  ].join('\n')
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
    'When your service really failed and came back, only it knows. Of several outages',
    'it is the first.',
  ],
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
