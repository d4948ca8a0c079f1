// The command generate: what switchgear-generate does, with the same options.
import { runGenerate } from '../../testing/generate/run.ts'
import { startProgress } from '../progress.ts'

export async function generate(args: readonly string[]): Promise<number> {
  const progress = startProgress('searching the statechart for paths')
  return runGenerate(args, { name: 'switchgear generate', done: () => progress.end() })
}
