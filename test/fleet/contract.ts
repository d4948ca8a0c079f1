// What every store of a fleet must do, told once; memory-store.test.ts and redis-store.test.ts run it.
import { describe } from 'vitest'
import type { Need } from '../support/needs.ts'
import { commanding } from './contract/commanding.ts'
import { keepingLimits } from './contract/limits.ts'
import { opening } from './contract/opening.ts'
import { probing } from './contract/probing.ts'
import { refusing } from './contract/refusing.ts'
import { settingBack } from './contract/setting-back.ts'
import { surviving } from './contract/surviving.ts'
import { telling } from './contract/telling.ts'
import { type StoreUnderTest, setUp } from './contract/under-test.ts'

/** `need`: the program that the store is, if it is one. */
export function describeStore(name: string, start: () => Promise<StoreUnderTest>, need?: Need): void {
  describe(`a fleet in ${name}`, () => {
    setUp(start, need)
    opening()
    probing()
    telling()
    commanding()
    surviving()
    settingBack()
    keepingLimits()
    refusing()
  })
}
