// What our own stores do beyond the contract, for those that keep it: see src/fleet/testing.
import { describe } from 'vitest'
import { type StoreUnderTest, withFleet } from '../../../src/fleet/testing/fleet-under-test.ts'
import type { TestRunner } from '../../../src/testing/index.ts'
import { limits } from './limits.ts'
import { settingBack } from './setting-back.ts'

export function describeBeyond(start: () => StoreUnderTest, it: TestRunner['it']): void {
  describe('at its limits', () => limits((title, check) => it(title, async () => withFleet(start(), check))))
  describe('when its clock is set back', () =>
    settingBack((title, check) => it(title, async () => withFleet(start(), check))))
}
