// The bridge, with real clients: what they see of a registry, who is let in, and who is let go.
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { createWebSocketInspector, createWebSocketReceiver } from '@statelyai/inspect'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createRegistry } from '../../../src/index.ts'
import {
  createInspectorBridge,
  type InspectionMessage,
  type InspectorBridge,
  type InspectorBridgeOptions,
  inspectRegistry,
} from '../../../src/observe/inspect/index.ts'
import { errorOf } from '../../support/calls.ts'
import { connect, inWords } from './viewing.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function newBridge(options: InspectorBridgeOptions = {}): Promise<InspectorBridge> {
  const bridge = await createInspectorBridge(options)
  endings.push(() => bridge.close())
  return bridge
}

async function newClient(bridge: InspectorBridge, options = {}) {
  const client = await connect(bridge.socketUrl, options)
  endings.push(() => client.close())
  return client
}

/** A service that answers what it is told to. */
async function newService(): Promise<{ url: string; answer: { status: number } }> {
  const answer = { status: 200 }
  const server: Server = createServer((_, response) => response.writeHead(answer.status).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, answer }
}

const isSnapshot = (value: string) => (message: InspectionMessage) =>
  message.type === '@xstate.snapshot' && message.snapshot.value === value

describe('a client that speaks the protocol', () => {
  it('sees the registry, its breakers and their statecharts, and real calls that open one', async () => {
    const { url, answer } = await newService()
    const registry = createRegistry({
      policy: {
        failureThreshold: 2,
        openTimeout: 100,
        successThreshold: 1,
        isFailure: { value: (response) => (response as Response).status >= 500 },
      },
    })
    endings.push(() => registry.close())
    const call = () => registry.call('shop', () => fetch(url))
    await call()
    const bridge = await newBridge()
    const inspection = inspectRegistry(registry, { inspector: bridge })
    const client = await newClient(bridge)
    await client.until((messages) => messages.length === 2)
    const [root, shop] = client.messages
    expect(root).toMatchObject({ type: '@xstate.actor', name: 'registry' })
    expect(shop).toMatchObject({ type: '@xstate.actor', name: 'shop', parentId: root?.sessionId })
    const { states } = JSON.parse((shop as { definition: string }).definition)
    expect(Object.keys(states)).toEqual(['starting', 'closed', 'open', 'halfOpen', 'ramping', 'forcedOpen', 'disabled'])
    expect(states.open.description).toBe('Every call is rejected at once, until the open time has passed.')

    answer.status = 503
    await call()
    await call()
    await client.until((messages) => messages.some(isSnapshot('open')))
    expect(inWords(client.messages).slice(2, 10)).toEqual([
      ...['shop: admit', 'shop -> closed', 'shop: fail', 'shop -> closed'],
      ...['shop: admit', 'shop -> closed', 'shop: fail', 'shop -> open'],
    ])
    answer.status = 200
    await client.until((messages) => messages.some(isSnapshot('halfOpen')))
    await call()
    await client.until((messages) => isSnapshot('closed')(messages.at(-1) as InspectionMessage))

    inspection.detach()
    await client.until((messages) => messages.at(-1)?.sessionId === root?.sessionId)
    const count = client.messages.length
    await call()
    // Whoever comes now sees nobody.
    const late = await newClient(bridge)
    bridge.send(client.messages[0] as InspectionMessage)
    await Promise.all([late.until(({ length }) => length === 1), client.until(({ length }) => length > count)])
    expect(client.messages).toHaveLength(count + 1)
    expect(registry.actor.getSnapshot().context.children.size).toBe(0)
  })

  it('that comes late is told of the actors as they are now', async () => {
    const registry = createRegistry()
    endings.push(() => registry.close())
    const bridge = await newBridge()
    inspectRegistry(registry, { inspector: bridge })
    registry.breaker('a').trip()
    registry.breaker('gone')
    registry.delete('gone')
    const client = await newClient(bridge)
    await client.until(({ length }) => length === 2)
    expect(inWords(client.messages)).toEqual(['+ registry running', '+ a open'])
  })

  it("may be the package's own receiver, and its own inspector may tell of another process", async () => {
    const bridge = await newBridge()
    const heard: InspectionMessage[] = []
    const receiver = createWebSocketReceiver({ server: bridge.socketUrl })
    const isHeard = new Promise<void>((resolve) => {
      receiver.subscribe((message) => {
        heard.push(message as never)
        if (message.type === '@xstate.snapshot') resolve()
      })
    })
    const inspector = createWebSocketInspector({ url: bridge.socketUrl })
    endings.push(() => inspector.stop())
    const registry = createRegistry()
    endings.push(() => registry.close())
    inspectRegistry(registry, { inspector })
    registry.breaker('elsewhere')
    await isHeard
    expect(
      heard.filter(({ type }) => type === '@xstate.actor').map((message) => 'name' in message && message.name),
    ).toEqual(['registry', 'elsewhere'])
    expect(bridge.clients).toBe(2)
  })
})

describe('a client that', () => {
  it('tells of an actor tells the others, those who come later too, and not itself', async () => {
    const bridge = await newBridge()
    const other = await newClient(bridge)
    const client = await newClient(bridge)
    const actor = {
      type: '@xstate.actor',
      sessionId: '1',
      name: 'its own',
      snapshot: { status: 'active', value: 'on' },
    }
    client.socket.send(JSON.stringify(actor))
    await other.until(({ length }) => length === 1)
    const late = await newClient(bridge)
    await late.until(({ length }) => length === 1)
    bridge.send({ ...actor, name: 'of the bridge' } as never)
    await client.until(({ length }) => length === 1)
    expect([other, late, client].map(({ messages }) => (messages[0] as { name: string }).name)).toEqual([
      'its own',
      'its own',
      'of the bridge',
    ])
  })

  it.each([
    ['no JSON', '{'],
    ['no message of an inspector', '{"type":"@xstate.evil","sessionId":"1"}'],
    ['a snapshot of nothing', '{"type":"@xstate.snapshot","sessionId":"1"}'],
    ['null', 'null'],
  ])('sends %s is let go, and nobody hears of it', async (_, text) => {
    const bridge = await newBridge()
    const other = await newClient(bridge)
    const client = await newClient(bridge)
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    client.socket.send(text)
    expect(await closed).toBe(1008)
    expect(other.messages).toEqual([])
    expect(bridge.clients).toBe(1)
  })

  it('sends more than a quarter of a megabyte is let go', async () => {
    const bridge = await newBridge()
    const client = await newClient(bridge)
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    client.socket.send('x'.repeat(300_000))
    expect(await closed).toBe(1009)
  })

  it('does not read what it is sent is let go before it fills the memory', async () => {
    const bridge = await newBridge()
    const client = await newClient(bridge)
    client.socket.pause()
    const context = 'x'.repeat(1_000_000)
    const message = { type: '@xstate.snapshot', sessionId: '1', snapshot: { status: 'active', context } } as never
    let sent = 0
    while (bridge.clients === 1 && sent < 200) {
      bridge.send(message)
      sent++
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(bridge.clients).toBe(0)
    expect(sent).toBeLessThan(100)
    client.socket.terminate()
  })

  it('is one too many is refused, and has a slot when another goes', async () => {
    const bridge = await newBridge({ maxClients: 1 })
    const client = await newClient(bridge)
    expect(await statusOf(bridge.socketUrl)).toBe(503)
    await client.close()
    await expect.poll(() => bridge.clients).toBe(0)
    await newClient(bridge)
  })
})

/** What an upgrade is answered with: 101 when it is accepted. */
async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(url, { headers })
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_, response) => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', () => {})
  })
}

/** What a plain request is answered with. */
function ask(
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<IncomingMessage & { text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      let text = ''
      response.on('data', (data) => (text += data))
      response.on('end', () => resolve(Object.assign(response, { text })))
    })
      .on('error', reject)
      .end()
  })
}

describe('the bridge lets in', () => {
  it('who knows the token, asks for this host, and comes from no other page', async () => {
    const bridge = await newBridge({ allowedHosts: ['Devbox.local'] })
    const { port } = new URL(bridge.url)
    const { url, socketUrl } = bridge
    const wrong = (address: string) => address.replace(/token=.+/, 'token=wrong-wrong-wrong-wrong')
    const none = (address: string) => address.replace(/\?token=.+/, '')
    const cases: [string, Record<string, string>, string, number][] = [
      ['its own page', { Origin: `http://127.0.0.1:${port}` }, '', 200],
      ['a program', {}, '', 200],
      ['localhost', { Host: `localhost:${port}`, Origin: `http://localhost:${port}` }, '', 200],
      ['an allowed host', { Host: `devbox.LOCAL:${port}`, Origin: `http://devbox.LOCAL:${port}` }, '', 200],
      ['another page', { Origin: 'https://evil.example' }, '', 403],
      ['a page on another port', { Origin: `http://127.0.0.1:${Number(port) + 1}` }, '', 403],
      ['a sandboxed page', { Origin: 'null' }, '', 403],
      ['another name of this host', { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` }, '', 403],
      ['a name that begins like ours', { Host: `localhost.evil.example:${port}` }, '', 403],
      ['a wrong token', {}, 'wrong', 401],
      ['no token', {}, 'none', 401],
    ]
    const answers = await Promise.all(
      cases.map(async ([who, headers, token]) => {
        const changed = token === 'wrong' ? wrong : token === 'none' ? none : (address: string) => address
        const page = await ask(changed(url), headers)
        const socket = await statusOf(changed(socketUrl), headers)
        return [who, page.statusCode, socket === 101 ? 200 : socket]
      }),
    )
    expect(answers).toEqual(cases.map(([who, , , status]) => [who, status, status]))
  })

  it('nobody at other addresses or with other methods, and survives nonsense', async () => {
    const bridge = await newBridge()
    const { origin, search, port } = new URL(bridge.url)
    expect((await ask(`${origin}/other${search}`)).statusCode).toBe(404)
    expect((await ask(bridge.url, {}, 'POST')).statusCode).toBe(405)
    expect(await statusOf(`${bridge.socketUrl.replace('/socket', '/')}`)).toBe(404)
    for (const text of [
      'GET // HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n',
      '\0',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(Number(port), '127.0.0.1', () => socket.end(text))
        socket.on('close', () => resolve())
        socket.resume()
      })
    }
    expect((await ask(bridge.url)).statusCode).toBe(200)
  })

  it('nobody from outside of this machine: it listens on loopback', async () => {
    const bridge = await newBridge()
    expect(new URL(bridge.url).hostname).toBe('127.0.0.1')
    const { port } = new URL(bridge.url)
    // Another address of this machine: 127.0.0.2 is one on Linux.
    const error = await errorOf(ask(`http://127.0.0.2:${port}/`))
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('the page', () => {
  it('may load nothing but itself and the inspector, is kept nowhere, and gives its address to nobody', async () => {
    const bridge = await newBridge({ inspectorUrl: 'https://stately.ai/inspect?a="><script>' })
    const { headers, text } = await ask(bridge.url)
    const policy = headers['content-security-policy'] ?? ''
    const { host } = new URL(bridge.url)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`connect-src ws://${host} https://stately.ai https://*.stately.ai`)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
    expect(text.match(/<script/g)).toHaveLength(1)
    expect(text).not.toContain(new URL(bridge.url).searchParams.get('token'))
  })
})

describe('the bridge', () => {
  it('that is closed ends its connections, and frees its port', async () => {
    const bridge = await createInspectorBridge()
    const client = await connect(bridge.socketUrl)
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    await Promise.all([bridge.close(), bridge[Symbol.asyncDispose]()])
    expect(await closed).toBe(1001)
    expect(await errorOf(ask(bridge.url))).toMatchObject({ code: 'ECONNREFUSED' })
    // As an inspection that is still attached does.
    bridge.send({ type: '@xstate.snapshot', sessionId: '1', snapshot: { status: 'active' } } as never)
    const next = await newBridge({ port: Number(new URL(bridge.url).port) })
    expect(next.clients).toBe(0)
  })

  it('whose port is taken says so', async () => {
    const bridge = await newBridge()
    const error = await errorOf(createInspectorBridge({ port: Number(new URL(bridge.url).port) }))
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
  })

  it.each([
    ['an unknown key', { prot: 1 }, /did you mean port\?/],
    ['a port beyond all', { port: 65_536 }, /\{ port \}\): expected a port from 0 to 65535/],
    ['no host', { host: '' }, /\{ host \}\): expected an address/],
    ['hosts that are none', { allowedHosts: 'a' }, /an array of host names/],
    [
      'a token that can be guessed',
      { token: 'hunter2' },
      /\{ token \}\): expected 16 or more letters.+"\(not shown\)"/,
    ],
    ['an address that is a program', { inspectorUrl: 'javascript:alert(1)' }, /\{ inspectorUrl \}\): expected an http/],
    ['a dashboard that is none', { dashboardUrl: 'here' }, /\{ dashboardUrl \}\): expected an http/],
    ['no clients', { maxClients: 0 }, /\{ maxClients \}\): expected a whole number of at least 1/],
  ])('is not made of wrong options: %s', async (_, options, message) => {
    const error = await errorOf(createInspectorBridge(options as InspectorBridgeOptions))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) })
  })
})
