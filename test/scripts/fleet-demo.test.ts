// The demonstration of a fleet, in a pipe: says what happens in lines, ends at once when it is told to, and leaves nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'

describe('npm run fleet', () => {
  it('in memory says so, calls, and ends by SIGINT with what it has', async () => {
    const program = ['--import', 'tsx', 'scripts/fleet-demo.ts', '--memory']
    const demo = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [said, complained] = ['', '']
    demo.stderr.on('data', (data) => {
      complained += data
    })
    const exited = once(demo, 'exit')
    await new Promise<void>((resolve) => {
      demo.stdout.on('data', (data) => {
        said += data
        if (said.includes('the fleet is open')) resolve()
      })
      demo.once('exit', () => resolve())
    })
    demo.kill('SIGINT')
    expect(await exited).toEqual([0, null])
    expect(complained).toBe('')
    expect(said).toContain('20 services in this one process')
    expect(said).toMatch(/payments dies\n.* {2}\w+-\d {2,}the fleet is open: \d+ % of \d+ calls failed, \d+ say so/)
  })
})
