// The libraries, in the order of the columns.
import { brakes } from './drivers/brakes.ts'
import { cockatiel } from './drivers/cockatiel.ts'
import { effect } from './drivers/effect.ts'
import { fastify } from './drivers/fastify.ts'
import { hystrixjs } from './drivers/hystrixjs.ts'
import { levee } from './drivers/levee.ts'
import { mollitia } from './drivers/mollitia.ts'
import { opossum } from './drivers/opossum.ts'
import { switchgear } from './drivers/switchgear.ts'
import type { Library } from './library.ts'

export const LIBRARIES: readonly Library[] = [
  switchgear,
  opossum,
  cockatiel,
  mollitia,
  brakes,
  hystrixjs,
  levee,
  fastify,
  effect,
]
