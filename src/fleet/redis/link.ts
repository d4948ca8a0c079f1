// RedisLink: the link of one process to a fleet in Redis, with any client: requests as scripts, answers checked, pushes.
import { type CheckedMember, checkCommand, checkEntry, checkReport, checkResult } from '../check-request.ts'
import { checkSafeName, sharedName } from '../names.ts'
import type { FleetChange } from '../record.ts'
import { boundedMessage, packRecord } from '../record-text.ts'
import type { Request } from '../requests.ts'
import { packRules } from '../rules.ts'
import type { FleetEntry, FleetLink, FleetNews } from '../store.ts'
import { type CallerOptions, newCaller } from './caller.ts'
import { changeOf, changesOf, listOf, numberOf, suspectOf, textOf } from './replies.ts'
import { scripts } from './scripts.ts'

/** More would block the server for longer than 2 ms. */
const MOST_ENTRIES = 200

export function newRedisLink(options: CallerOptions, member: CheckedMember): FleetLink {
  const caller = newCaller(options, member)
  const { keys } = caller

  const argsOf = ({ endpoint, rules, view }: FleetEntry): string[] => {
    const { digest, text } = packRules(rules)
    return [sharedName(endpoint), digest, text, view === null ? '' : packRecord(view)]
  }

  const one = (entry: FleetEntry, ...args: string[]) => ({ keys: keys.of(entry), args: [...argsOf(entry), ...args] })

  /** The parts of a list, each as long as a script may take; at least one part. */
  const parts = <T extends FleetEntry>(entries: readonly T[]): (readonly T[])[] => {
    const found: (readonly T[])[] = []
    for (let i = 0; i < entries.length; i += MOST_ENTRIES) found.push(entries.slice(i, i + MOST_ENTRIES))
    return found
  }

  async function pollPart(request: Request, cursor: string, entries: readonly FleetEntry[]): Promise<FleetNews> {
    const args = [cursor, ...entries.flatMap(argsOf)]
    const reply = await caller.evaluate(request, scripts.poll, entries.flatMap(keys.of), args)
    const [next, live, suspects, answers] = listOf(reply, 4)
    const changes = caller.noted(changesOf(answers))
    const found = listOf(suspects).map(suspectOf)
    return { cursor: textOf(next) || null, changes, live: numberOf(live), suspects: found }
  }

  return {
    report: (reports) =>
      caller.run('report', async (request) => {
        reports.forEach(checkReport)
        const answers = parts(reports).map(async (part) => {
          const args = part.flatMap((entry) => {
            const { calls, failures, slow, isFailing } = entry
            return [...argsOf(entry), String(calls), String(failures), String(slow), isFailing ? '1' : '0']
          })
          const [changes] = listOf(await caller.evaluate(request, scripts.report, part.flatMap(keys.of), args), 1)
          return caller.noted(changesOf(changes))
        })
        return (await Promise.all(answers)).flat()
      }),
    acquire: (entry, token) =>
      caller.run('acquire', async (request) => {
        checkEntry(entry)
        const { keys, args } = one(entry, checkSafeName('token', token))
        const reply = listOf(await caller.evaluate(request, scripts.acquire, keys, args), 4)
        const [isGranted = 0, leaseMs = 0, retryAfterMs = 0] = reply.slice(0, 3).map(numberOf)
        const change = changeOf(reply[3])
        caller.noted([change])
        return { isGranted: isGranted === 1, leaseMs, retryAfterMs, change }
      }),
    complete: (entry, result) =>
      caller.run('complete', async (request) => {
        checkResult(entry, result)
        const { version, token, isSuccess } = result
        const { keys, args } = one(entry, String(version), token, isSuccess ? '1' : '0')
        const [isAccepted, answer] = listOf(await caller.evaluate(request, scripts.complete, keys, args), 2)
        const change = changeOf(answer)
        caller.noted([change])
        return { isAccepted: numberOf(isAccepted) === 1, change }
      }),
    poll: ({ cursor, entries }) =>
      caller.run('poll', async (request) => {
        entries.forEach(checkEntry)
        const all = parts(entries)
        const last = all.pop() ?? []
        const before = await Promise.all(all.map((part) => pollPart(request, '-', part)))
        const news = await pollPart(request, cursor ?? '', last)
        return {
          ...news,
          changes: united(
            before.flatMap(({ changes }) => changes),
            news.changes,
          ),
        }
      }),
    command: (entry, command) =>
      caller.run('command', async (request) => {
        checkEntry(entry)
        checkCommand(command)
        const { type, openForMs, message = '' } = command
        const { keys, args } = one(
          entry,
          type,
          openForMs === undefined ? '' : String(openForMs),
          boundedMessage(message),
        )
        const [answer] = listOf(await caller.evaluate(request, scripts.command, keys, args), 1)
        const change = changeOf(answer)
        caller.noted([change])
        return change
      }),
    ping: () => caller.run('ping', async () => void (await caller.send(['PING']))),
    subscribe: caller.subscribe,
    figures: caller.figures,
    close: caller.close,
  }
}

/** If something was repaired or refused, the last answer has the record, and the first ones say that it happened. */
function united(before: readonly FleetChange[], last: readonly FleetChange[]): FleetChange[] {
  const keyOf = ({ rules, endpoint }: FleetChange) => `${rules} ${endpoint}`
  const all = new Map(before.map((change) => [keyOf(change), change]))
  for (const change of last) {
    const earlier = all.get(keyOf(change))
    const flags = {
      isViewRefused: change.isViewRefused || (earlier?.isViewRefused ?? false),
      isRepaired: change.isRepaired || (earlier?.isRepaired ?? false),
      hasOtherRules: change.hasOtherRules || (earlier?.hasOtherRules ?? false),
    }
    all.set(keyOf(change), { ...change, ...flags })
  }
  return [...all.values()]
}
