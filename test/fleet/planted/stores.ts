// All planted stores: what the contract is to fail.
import { OPENING } from './opening.ts'
import { PROBING } from './probing.ts'
import { CLOCKS, SURVIVING } from './surviving.ts'
import { COMMANDING, REFUSING, TELLING } from './telling.ts'

export const PLANTED = [OPENING, PROBING, TELLING, COMMANDING, SURVIVING, CLOCKS, REFUSING].flat()
