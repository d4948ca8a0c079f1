// Fakers: the fake timers of four test runners, behind one interface. None fakes nextTick, which the runner of these tests needs
// for its own I/O meanwhile.
import { mock } from 'node:test'
import { ModernFakeTimers } from '@jest/fake-timers'
import { type Clock, withGlobal } from '@sinonjs/fake-timers'
import { vi } from 'vitest'

export interface Faker {
  readonly of: string
  install(): void
  pass(ms: number): void
  /** Where it can: forgets the timers that were set. */
  clear?(): void
  remove(): void
}

const jest = new ModernFakeTimers({
  global: globalThis,
  config: { fakeTimers: {} } as ConstructorParameters<typeof ModernFakeTimers>[0]['config'],
})
let sinon: Clock | undefined

export const FAKERS: readonly Faker[] = [
  {
    of: 'vitest',
    install: () => void vi.useFakeTimers(),
    pass: (ms) => void vi.advanceTimersByTime(ms),
    clear: () => void vi.clearAllTimers(),
    remove: () => void vi.useRealTimers(),
  },
  {
    of: 'Jest',
    install: () => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }),
    pass: (ms) => jest.advanceTimersByTime(ms),
    clear: () => jest.clearAllTimers(),
    remove: () => jest.useRealTimers(),
  },
  {
    of: 'sinon',
    install: () => {
      sinon = withGlobal(globalThis).install({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    },
    pass: (ms) => void sinon?.tick(ms),
    clear: () => sinon?.reset(),
    remove: () => sinon?.uninstall(),
  },
  {
    of: 'node:test',
    install: () => mock.timers.enable({ apis: ['setTimeout', 'Date'] }),
    pass: (ms) => mock.timers.tick(ms),
    remove: () => mock.timers.reset(),
  },
]

/** node:test's can not: theirs forget when they go. */
export function canClear(faker: Faker): faker is Faker & Required<Pick<Faker, 'clear'>> {
  return faker.clear !== undefined
}
