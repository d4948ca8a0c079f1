// The command conformance: runs `npm run conformance` of a checkout, whose libraries and drivers are not in the package.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { awaitEnding, COULD_NOT, Failure } from '../exit.ts'
import { startProgress } from '../progress.ts'

const SCRIPT = 'scripts/conformance.ts'

/** `root`: where the package, or the checkout, is. */
export async function conformance(root: URL, { only }: { readonly only?: string }): Promise<number> {
  if (!existsSync(new URL(SCRIPT, root))) {
    throw new Failure(
      'conformance needs a checkout of switchgear, as it installs and judges other libraries.\nWith one: npm ci && npm run conformance. What came of it is in CONFORMANCE.md of this package.',
    )
  }
  const ending = awaitEnding()
  const args = ['--import', 'tsx', SCRIPT, ...(only === undefined ? [] : ['--only', only])]
  const progress = startProgress('judging the libraries (half a minute)')
  const child = spawn(process.execPath, args, { cwd: fileURLToPath(root), stdio: ['ignore', 'pipe', 'pipe'] })
  ending.signal.addEventListener('abort', () => child.kill('SIGTERM'))
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.on('data', (data) => {
      progress.end()
      to.write(data)
    })
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve(exitCode ?? COULD_NOT))
  })
  progress.end()
  return ending.signal.aborted ? ending.exitCode() : code
}
