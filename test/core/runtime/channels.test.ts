// Node's diagnostics channels: a table of all there are. Who subscribes needs no listener, and is told the very event.
import diagnostics from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EVENT_CHANNELS } from '../../../src/core/runtime/channels.ts'
import type { Breaker, Registry, RegistryEvents } from '../../../src/index.ts'
import { crash } from '../../support/crashes.ts'
import { hear, newBreaker } from '../../support/registries.ts'

type Told = 'transition' | 'restarted' | 'escalated'

/** What brings about one event of each channel. */
const CAUSES: Record<Told, (breaker: Breaker, registry: Registry) => unknown> = {
  transition: (breaker) => breaker.trip(),
  restarted: (breaker) => crash(breaker),
  async escalated(breaker) {
    for (let time = 0; time < 4; time++) await crash(breaker)
  },
}

function subscribe(name: string): unknown[] {
  const messages: unknown[] = []
  const hearMessage = (message: unknown) => messages.push(message)
  diagnostics.subscribe(`switchgear:${name}`, hearMessage)
  onTestFinished(() => void diagnostics.unsubscribe(`switchgear:${name}`, hearMessage))
  return messages
}

describe.each(Object.entries(CAUSES))('the channel switchgear:%s', (name, cause) => {
  it.each([false, true])('tells its subscribers of each event, with a listener beside them: %s', async (isHeard) => {
    const { breaker, registry } = newBreaker()
    registry.on('error', () => {})
    const heard = isHeard ? hear(registry, name as keyof RegistryEvents) : []
    const messages = subscribe(name)
    await cause(breaker, registry)
    expect(messages.length).toBeGreaterThan(0)
    expect(messages.at(-1)).toMatchObject({ endpoint: 'a' })
    if (isHeard) expect(messages).toEqual(heard)
  })
})

it('no channel is missing from the table', () => {
  expect(Object.keys(EVENT_CHANNELS).toSorted()).toEqual(Object.keys(CAUSES).toSorted())
})
