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
  /** What differs for a part of the range, or for its oldest version. */
  readonly of?: Readonly<Record<string, Difference>>
}

interface Difference {
  /** Default: the oldest Node that we work on. */
  readonly runtime?: Runtime
  readonly beside?: Packages
  /** Its declarations do not compile by themselves: only those who use `skipLibCheck` have that version. */
  readonly typesAreWrong?: boolean
}

type Packages = Readonly<Record<string, string>>

const NEST = { 'reflect-metadata': '^0.2.0', rxjs: '^7.1.0' }
const nestInStep = (version: string) => ({ '@nestjs/core': version, '@nestjs/platform-express': version })
const sdk = (range: string) => ({ '@opentelemetry/sdk-metrics': range })

export const PLANS: Readonly<Record<string, Plan>> = {
  undici: { smoke: 'undici', of: { '^8.0.0': { runtime: 'node 22' } } },
  fastify: { smoke: 'fastify', of: { '4.0.0': { typesAreWrong: true } } },
  express: {
    smoke: 'express',
    range: '^4.17.0 || ^5.0.0',
    of: {
      '^4.17.0': { beside: { '@types/express': '^4.17.0' } },
      '^5.0.0': { beside: { '@types/express': '^5.0.0' } },
    },
  },
  hono: { smoke: 'hono' },
  '@hono/node-server': { smoke: 'dashboard', beside: { hono: '^4.8.0' } },
  '@nestjs/common': {
    smoke: 'nestjs',
    beside: NEST,
    inStep: nestInStep,
    of: { '10.0.0': { beside: { 'reflect-metadata': '^0.1.12' } } },
  },
  rxjs: {
    smoke: 'nestjs',
    beside: { ...NEST, '@nestjs/common': '^11.0.0', ...nestInStep('^11.0.0') },
    of: { '7.1.0': { typesAreWrong: true } },
  },
  cockatiel: { smoke: 'cockatiel', of: { '^4.0.0': { runtime: 'node 22' } } },
  redis: { smoke: 'redis' },
  ioredis: { smoke: 'ioredis' },
  'prom-client': { smoke: 'prometheus' },
  '@opentelemetry/api': {
    smoke: 'opentelemetry',
    of: {
      '1.3.0': { beside: sdk('^1.30.0'), runtime: 'node 20' },
      '^1.3.0': { beside: sdk('^3.0.0'), runtime: 'node 24' },
    },
  },
  '@opentelemetry/sdk-trace-base': {
    smoke: 'spans',
    range: '^1.30.0 || ^2.0.0',
    beside: { '@opentelemetry/api': '~1.9.0' },
  },
  yaml: { smoke: 'config' },
  ws: { smoke: 'inspect', beside: { '@types/ws': '^8.0.0' } },
  '@statelyai/inspect': { smoke: 'stately-inspect' },
}

/** What people may have and the ranges leave out. */
export const NOT_TAKEN: Readonly<Record<string, string>> = {
  'yaml 1': 'it cannot tell where in a file a mistake is',
}
