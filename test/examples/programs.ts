// The programs of docs/examples.md, each without what it does to be seen; a test adds its own lines, and runs it as a process.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { blocksOf, pageOf } from '../package/readme.ts'
import type { Sandbox } from '../package/sandbox.ts'

const { text } = pageOf('docs/examples.md')

/** The program under this heading, up to the line that says what follows is to see it. */
export function programOf(heading: string): string {
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const [block] = blocksOf(section.split('\n## ')[0] ?? '')
  const [program, demonstration] = block?.text.split('// To see it') ?? []
  if (program === undefined || demonstration === undefined)
    throw new Error(`docs/examples.md has no program: ${heading}`)
  return program
}

/** Every program of the page, with its demonstration. */
export const PROGRAMS = blocksOf(text).filter(({ language }) => language === 'ts')

export interface Started {
  readonly child: ChildProcess
  /** Its first line that begins so. @throws if it ends before it has said that */
  line(beginning: string): Promise<string>
  /** How it ended, and all that it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly lines: string[] }>
}

/** Runs a program that was compiled; it is killed if it is still there when the test is over. */
export function start({ folder }: Sandbox, file: string, ...args: string[]): Started {
  const child = spawn(process.execPath, [join(folder, 'out', file), ...args], { cwd: folder })
  let output = ''
  const lines = () => output.split('\n').slice(0, -1)
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Awaited<Started['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, lines: lines() }))
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const line = (beginning: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines().find((candidate) => candidate.startsWith(beginning))
        if (found !== undefined) resolve(found)
      }
      waiting.add(look)
      void ended.then(() => reject(new Error(`it never said ${beginning}:\n${output}`)))
      look()
    })
  return { child, ended, line }
}
