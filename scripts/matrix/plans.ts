// Plans: how each package is tried that an integration is for. Its range is that of peerDependencies in package.json.
import type { Runtime } from './runtimes.ts'

export interface Plan {
  /** A file of smoke/. */
  readonly smoke: string
  /** Of a package that is no peer, since nothing of it is imported. */
  readonly range?: string
  /** What the smoke test needs besides. */
  readonly beside?: Packages
  /** What is released under the same versions. */
  readonly inStep?: (version: string) => Packages
  /** What differs for a part of the range. */
  readonly parts?: Readonly<Record<string, PartPlan>>
}

interface PartPlan {
  /** Default: the oldest Node that we work on. */
  readonly runtime?: Runtime
  readonly beside?: Packages
  /** Its declarations do not compile by themselves: only those who use `skipLibCheck` have that version. */
  readonly typesAreWrong?: boolean
}

type Packages = Readonly<Record<string, string>>

const NEST = { 'reflect-metadata': '^0.2.0', rxjs: '^7.1.0' }
const nestInStep = (version: string) => ({ '@nestjs/core': version, '@nestjs/platform-express': version })
const SDK_1 = { '@opentelemetry/sdk-metrics': '^1.30.0', '@opentelemetry/sdk-trace-base': '^1.30.0' }

export const PLANS: Readonly<Record<string, Plan>> = {
  undici: { smoke: 'undici', parts: { '^8.0.0': { runtime: 'node 24' } } },
  fastify: { smoke: 'fastify' },
  express: {
    smoke: 'express',
    range: '^4.17.0 || ^5.0.0',
    parts: {
      '^4.17.0': { beside: { '@types/express': '^4.17.0' } },
      '^5.0.0': { beside: { '@types/express': '^5.0.0' } },
    },
  },
  hono: { smoke: 'hono' },
  '@hono/node-server': { smoke: 'dashboard', beside: { hono: '^4.8.0' } },
  '@nestjs/common': { smoke: 'nestjs', beside: NEST, inStep: nestInStep },
  rxjs: { smoke: 'nestjs', beside: { ...NEST, '@nestjs/common': '^11.0.0', ...nestInStep('^11.0.0') } },
  cockatiel: { smoke: 'cockatiel', parts: { '^4.0.0': { runtime: 'node 24' } } },
  redis: { smoke: 'redis' },
  ioredis: { smoke: 'ioredis' },
  'prom-client': { smoke: 'prometheus' },
  '@opentelemetry/api': { smoke: 'opentelemetry', beside: SDK_1 },
  yaml: { smoke: 'config' },
  ws: { smoke: 'inspect', beside: { '@types/ws': '^8.0.0' } },
  '@statelyai/inspect': { smoke: 'stately-inspect' },
}

/** What people may have and the ranges leave out. */
export const NOT_TAKEN: Readonly<Record<string, string>> = {
  'yaml 1': 'it cannot tell where in a file a mistake is',
}
