#!/usr/bin/env node
// switchgear-generate, from the command line: `switchgear generate` by its older name.
import { runGenerate } from './run.ts'

process.exitCode = runGenerate(process.argv.slice(2), { name: 'switchgear-generate' })
