// Applications of Nest that are gone when the test is over.
import { type DynamicModule, type INestApplication, Module, type ModuleMetadata } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { onTestFinished } from 'vitest'
import { BreakerExceptionFilter } from '../../../src/http/nestjs/index.ts'

class Root {}
Module({})(Root)

export interface Running {
  readonly app: INestApplication
  /** As `http://127.0.0.1:12345`. */
  readonly origin: string
}

/** Made, but not listening. */
export async function newApplication(
  switchgear: DynamicModule,
  { imports = [], ...rest }: ModuleMetadata = {},
): Promise<INestApplication> {
  const root = { ...rest, module: Root, imports: [switchgear, ...imports] }
  const app = await NestFactory.create(root, { logger: false, abortOnError: false })
  onTestFinished(() => app.close())
  return app
}

/** On a port of its own, with the filter for all its routes. */
export async function start(switchgear: DynamicModule, rest: ModuleMetadata): Promise<Running> {
  const app = await newApplication(switchgear, rest)
  app.useGlobalFilters(new BreakerExceptionFilter())
  await app.listen(0, '127.0.0.1')
  return { app, origin: await app.getUrl() }
}
