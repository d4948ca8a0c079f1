// MemoryLink: the link of one process to a store in memory: requests with their deadline and send time, and pushes.
import { type CheckedMember, checkCommand, checkEntry, checkReport, checkResult } from '../check-request.ts'
import { maxAgeMs } from '../deadline.ts'
import { checkSafeName } from '../names.ts'
import { newRequests } from '../requests.ts'
import { newServerTime } from '../server-time.ts'
import type { FleetLink, FleetListener } from '../store.ts'
import { FleetStoreError } from '../store-error.ts'
import * as operations from './operations.ts'
import type { MemoryPeer, MemoryServer } from './server.ts'
import type { Operation } from './shard.ts'

const MOST_PENDING = 1_000
const nothing = () => {}

export function newMemoryLink(server: MemoryServer, member: CheckedMember): FleetLink {
  const { clock, deadlineMs, carry } = server
  const { namespace, instance, liveForMs } = member
  const requests = newRequests({ clock, deadlineMs, maxPending: MOST_PENDING })
  const listeners = new Set<FleetListener>()
  const time = newServerTime(deadlineMs)
  const counts = { refused: 0, repaired: 0, late: 0, connections: server.isRunning ? 1 : 0, pushed: 0 }
  time.learn(clock.now(), clock.now(), server.now())

  const peer: MemoryPeer = {
    namespace,
    instance,
    push(changes) {
      carry({ instance, kind: 'push', what: 'changes' }, () => {
        if (requests.isClosed || !server.isRunning) return
        counts.pushed += changes.length
        for (const listener of listeners) listener.onChanges(changes)
      })
    },
    connect() {
      counts.connections++
      for (const listener of listeners) listener.onReady()
    },
    disconnect() {
      for (const listener of listeners)
        listener.onLost(new FleetStoreError('FLEET_STORE_OFFLINE', 'the store was stopped'))
    },
  }
  server.links.add(peer)

  /** One round trip. A request that arrives too late by the store's clock is marked so, and may change nothing. */
  function roundTrip<T>(
    what: string,
    act: (operation: Operation) => T,
  ): Promise<{ readonly isLate: boolean; readonly result: T }> {
    return new Promise((resolve, reject) => {
      if (!server.isRunning) throw new FleetStoreError('FLEET_STORE_OFFLINE', `${what}: the store was stopped`)
      const sentAt = clock.now()
      const sentAtServer = time.at(sentAt) ?? 0
      carry({ instance, kind: 'request', what }, () => {
        if (!server.isRunning) return
        const isLate = Math.abs(server.now() - sentAtServer) > maxAgeMs(deadlineMs)
        try {
          const result = server.operation(namespace, instance, isLate, act)
          const serverMs = server.now()
          carry({ instance, kind: 'answer', what }, () => {
            time.learn(sentAt, clock.now(), serverMs)
            resolve({ isLate, result })
          })
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /** `fenced`: a request that is too late must do nothing, and is an error. */
  function send<T>(what: string, check: () => void, act: (operation: Operation) => T, fenced = true): Promise<T> {
    return requests.run(what, async (request) => {
      check()
      let answer = await roundTrip(what, act)
      // Perhaps only the store's clock was set; its present time is known from the answer.
      if (answer.isLate && fenced && !request.isOver) answer = await roundTrip(what, act)
      if (!answer.isLate || !fenced) return answer.result
      counts.late++
      throw new FleetStoreError('FLEET_STORE_LATE', `${what}: the store got it too late`)
    })
  }

  const note = <T extends { readonly isRepaired: boolean; readonly isViewRefused: boolean }>(changes: readonly T[]) => {
    for (const { isRepaired, isViewRefused } of changes) {
      if (isRepaired) counts.repaired++
      if (isViewRefused) counts.refused++
    }
  }

  return {
    async report(reports) {
      const check = () => reports.forEach(checkReport)
      const changes = await send('report', check, (operation) => operations.report(operation, reports, liveForMs))
      note(changes)
      return changes
    },
    async acquire(entry, token) {
      const check = () => {
        checkEntry(entry)
        checkSafeName('token', token)
      }
      const grant = await send('acquire', check, (operation) => operations.acquire(operation, entry, token))
      note([grant.change])
      return grant
    },
    async complete(entry, result) {
      // Its lease and its version decide whether it still counts, however late it comes.
      const act = (operation: Operation) => operations.complete({ ...operation, isLate: false }, entry, result)
      const completion = await send('complete', () => checkResult(entry, result), act, false)
      note([completion.change])
      return completion
    },
    async poll(poll) {
      const check = () => poll.entries.forEach(checkEntry)
      const news = await send('poll', check, (operation) => operations.poll(operation, poll, liveForMs))
      note(news.changes)
      return news
    },
    async command(entry, command) {
      const check = () => {
        checkEntry(entry)
        checkCommand(command)
      }
      const change = await send('command', check, (operation) => operations.command(operation, entry, command))
      note([change])
      return change
    },
    async ping() {
      await send('ping', nothing, nothing, false)
    },
    subscribe(listener) {
      listeners.add(listener)
      if (server.isRunning && !requests.isClosed) listener.onReady()
      return () => listeners.delete(listener)
    },
    figures: () => ({ isUp: server.isRunning && !requests.isClosed, ...requests.counts, ...counts, pushError: null }),
    async close() {
      if (requests.isClosed) return
      const leave = (operation: Operation) => operation.shard.live.delete(instance)
      await send('leave', nothing, leave, false).catch(nothing)
      requests.close()
      server.links.delete(peer)
      listeners.clear()
    },
  }
}
