// TLS: the options of both clients pass through, and a certificate that nobody vouches for is refused.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import type { FleetStore } from '../../src/fleet/store.ts'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { openssl, redisServer } from '../support/needs.ts'
import { freePort, type RedisServer, startRedis } from './support/redis-server.ts'

describe('a store in Redis, over TLS', () => {
  let server: RedisServer | undefined
  let dir: string
  let url: string
  let ca: Buffer
  beforeAll(async () => {
    if (redisServer.path === null || openssl.path === null) return
    dir = mkdtempSync(join(tmpdir(), 'switchgear-tls-'))
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    const files = ['-nodes', '-keyout', key, '-out', cert, '-days', '1']
    execFileSync(openssl.path, ['req', '-x509', '-newkey', 'rsa:2048', ...files, ...subject], { stdio: 'ignore' })
    ca = readFileSync(cert)
    const port = await freePort()
    const tls = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert, '--tls-auth-clients', 'no']
    server = await startRedis('--tls-port', String(port), ...tls)
    url = `rediss://127.0.0.1:${port}`
  })
  afterAll(async () => {
    await server?.close()
    if (dir !== undefined) rmSync(dir, { recursive: true })
  })
  beforeEach((context) => {
    for (const need of [redisServer, openssl]) if (need.path === null) return context.skip(need.missing)
  })

  /** The link, when it is connected, or why it is not. */
  async function outcome(store: FleetStore): Promise<string> {
    const link = store.join({ namespace: 'fleet', instance: 'a' })
    const lost = new Promise<string>((resolve) => {
      link.subscribe({ onReady: () => {}, onChanges: () => {}, onLost: ({ message }) => resolve(message) })
    })
    const live = ready(link).then(async () => `live ${(await link.poll({ cursor: null, entries: [] })).live}`)
    return await Promise.race([lost, live]).finally(() => link.close())
  }

  it('is connected with the certificate of its authority, by both clients', async () => {
    const options = { url, deadline: 5_000 }
    expect(await outcome(redisStore({ ...options, options: { socket: { tls: true, ca } } }))).toBe('live 1')
    expect(await outcome(ioredisStore({ ...options, options: { tls: { ca } } }))).toBe('live 1')
  })

  it('is not connected without it', async () => {
    for (const store of [redisStore({ url }), ioredisStore({ url })]) {
      expect(await outcome(store)).toContain('self-signed certificate')
    }
  })
})
