// A real PostgreSQL that is killed while it is in use, and started again.
import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createResource, type RecoveryOptions } from '../../src/resource/index.ts'
import { errorOf } from '../support/calls.ts'
import { createPostgres, type Database } from '../support/databases.ts'
import { postgres } from '../support/needs.ts'
import { SHORT, suffer } from './outage.ts'

describe('a pool of connections to PostgreSQL', () => {
  let server: Database | undefined
  beforeAll(async () => {
    if (postgres.path === null) return
    server = await createPostgres(postgres.path)
    await server.start()
  }, 30_000)
  afterAll(() => server?.dispose())
  beforeEach((context) => {
    if (postgres.path === null) context.skip(postgres.missing)
  })

  /** Gone at the end of the test's `await using`. */
  function newPool(port: number): Pool {
    const pool = new Pool({ host: '127.0.0.1', port, user: 'test', database: 'postgres', connectionTimeoutMillis: 500 })
    // An idle connection has no caller to tell.
    pool.on('error', () => {})
    return pool
  }

  async function inOutage(recovery: RecoveryOptions) {
    if (server === undefined) throw new Error('no server')
    const pool = newPool(server.port)
    const db = createResource({
      name: 'db',
      resource: pool,
      policy: { failureThreshold: 2, successThreshold: 2, openTimeout: '5m' },
      healthCheck: (given) => given.query('select 1'),
      recovery: { ...SHORT, ...recovery },
    })
    try {
      // A call that the crash finds in flight.
      const inFlight = errorOf(db.execute((given) => given.query('select pg_sleep(60)')))
      const outage = await suffer(db, (given) => given.query('select 1'), server)
      expect(String(await inFlight)).toMatch(/terminat|reset|ECONN/)
      expect(await db.health()).toMatchObject({ healthy: true, state: 'closed' })
      return outage
    } finally {
      await db.close()
      await pool.end()
    }
  }

  it('is left alone while the server is gone, and heals by calls as soon as a check finds it back', async () => {
    const { moves, ranWhileDown, unavailable } = await inOutage({})
    expect(ranWhileDown).toBe(0)
    expect(unavailable[0]).toMatchObject({ code: 'RESOURCE_UNAVAILABLE', resource: 'db' })
    expect(moves.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
    expect(moves.at(-1)?.atMs).toBeLessThan(3_000)
  })

  it('heals at once under target closed', async () => {
    const { moves, ranUntilClosed } = await inOutage({ target: 'closed' })
    expect(moves.map(({ to }) => to)).toEqual(['open', 'closed'])
    expect(ranUntilClosed).toBe(0)
    expect(moves.at(-1)?.atMs).toBeLessThan(3_000)
  })

  it('heals by checks alone where they probe: from opening to closing no query of a user is run', async () => {
    const { moves, ranUntilClosed } = await inOutage({ probe: 'healthCheck' })
    expect(moves.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
    expect(ranUntilClosed).toBe(0)
    expect(moves.at(-1)?.atMs).toBeLessThan(3_000)
  })
})
