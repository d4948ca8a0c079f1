// Program: the commands with their options and help. What a command does is loaded when it is called, so that --help
// and a mistyped option are answered at once.
import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { EXIT_CODES } from './exit.ts'
import { FORMATS } from './graph/formats.ts'
import { DASHBOARD_PORT, INSPECTOR_PORT } from './ports.ts'
import { paintFor } from './terminal/index.ts'
import { SORTS } from './watch/sort.ts'

const HINT = '(--help lists what there is)'

/** `ended` gets the exit code of the command that ran. */
export function createProgram(root: URL, ended: (exitCode: number) => void): Command {
  const paint = paintFor(process.stdout)
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
  const program = new Command('switchgear')
    .description('Circuit breakers that can be seen: a demonstration, a live table, the statechart, tests, policies.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError(HINT)
    .configureHelp({
      minWidthToWrap: 20,
      styleTitle: paint.bold,
      styleCommandText: paint.cyan,
      styleOptionText: paint.cyan,
    })
  addDemo(program, ended)
  addWatch(program, ended)
  addGraph(program, ended)
  addPolicy(program, ended)
  addGenerate(program, ended)
  addInspect(program, ended)
  return program.addHelpText(
    'after',
    endOf(['switchgear demo --dashboard', 'switchgear watch', 'switchgear policy check p.json']),
  )
}

type Ended = (exitCode: number) => void

function endOf(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}\n\n${EXIT_CODES}`
}

function addDemo(program: Command, ended: Ended): void {
  withTraffic(program.command('demo'))
    .summary('services that fail, with and without breakers')
    .description(
      'Calls services at a steady rate, with and without circuit breakers, and says what the breakers bought.',
    )
    .option('--json', 'print one JSON document at the end, and nothing else')
    .option('--dashboard [port]', `serve the dashboard meanwhile (port ${DASHBOARD_PORT}; 0: any free one)`, portOf)
    .option('--inspect [port]', `serve the Stately inspector's bridge meanwhile (port ${INSPECTOR_PORT})`, portOf)
    .addHelpText(
      'after',
      endOf(['switchgear demo', 'switchgear demo --dashboard', 'switchgear demo --endpoint api=https://example.org']),
    )
    .action(async (values) => ended(await (await import('./commands/demo.ts')).demo(values)))
}

/** What `demo` and `inspect` call, and how. */
function withTraffic(command: Command): Command {
  return command
    .option(
      '--duration <time>',
      "how long to call, from 1s to 1h: '15s', milliseconds, or 'forever' (default: 15s, or forever with something to look at)",
    )
    .option('--rate <number>', 'calls per second to each endpoint, above 0 and at most 500 (default: 20)')
    .option(
      '--endpoint <name=url>',
      "guard your own service instead of the demo's five; repeatable. Each call is a GET, sent twice: through the breaker, and without one to compare",
      (value: string, all: readonly string[] = []) => [...all, value],
    )
    .option(
      '--policy <file.json>',
      'the policy for every endpoint (a timeout of 1s and "status 500 and above fails" unless it says otherwise)',
    )
}

function addWatch(program: Command, ended: Ended): void {
  program
    .command('watch')
    .summary('a dashboard as a live table')
    .description(
      'Shows the breakers behind a dashboard as a live table. Into a pipe or a file it writes one line of JSON for each change instead.',
    )
    .argument('[url]', 'of a dashboard', `http://127.0.0.1:${DASHBOARD_PORT}`)
    .option('--filter <text>', 'only endpoints with this in their name')
    .option('--sort <column>', `${SORTS.join(', ')} (default: state)`, oneOf(SORTS))
    .option('--once', 'print the table once; with --json one JSON document')
    .option('--json', 'one line of JSON for each change')
    .addHelpText(
      'after',
      `\nKeys: up, down; Enter opens, Esc goes back; s sorts,\nr reverses, / filters, o only those not closed; q quits.`,
    )
    .addHelpText(
      'after',
      endOf([
        'switchgear watch',
        'switchgear watch localhost:3000/breakers --sort p99',
        `switchgear watch --json | grep '"transition"'`,
      ]),
    )
    .action(async (url, values) => ended(await (await import('./watch/watch.ts')).watch(url, values)))
}

function addGraph(program: Command, ended: Ended): void {
  program
    .command('graph')
    .summary('the statechart of a breaker')
    .description(
      'Prints the statechart of a breaker, read from the machine that runs. stately: what Stately Studio imports (Code panel, Import).',
    )
    .option('--format <format>', FORMATS.join(', '), oneOf(FORMATS), 'mermaid')
    .option('--policy <file.json>', 'with the times and limits of this policy')
    .addHelpText(
      'after',
      endOf([
        'switchgear graph',
        'switchgear graph --format dot | dot -Tsvg > breaker.svg',
        'switchgear graph --format stately --policy p.json',
      ]),
    )
    .action(async ({ format, policy }) => ended(await (await import('./commands/graph.ts')).graph(format, policy)))
}

function addPolicy(program: Command, ended: Ended): void {
  const policy = program
    .command('policy')
    .summary('policies and configuration files')
    .description('Policies and configuration files.')
    .showHelpAfterError(HINT)
  policy
    .command('check')
    .summary('check and explain a policy')
    .description('Checks a policy, explains each setting in words, and warns about settings that defeat one another.')
    .argument('<file>', 'a policy in JSON (docs/policy.md), or a configuration file in YAML or JSON (docs/config.md)')
    .option('--json', 'print one JSON document')
    .option('--strict', 'warnings are mistakes, too')
    .addHelpText(
      'after',
      endOf(['switchgear policy check policy.json', 'switchgear policy check breakers.yaml --json']),
    )
    .addHelpText('after', '1 also if the policy is wrong; with --strict, if it has\nwarnings.')
    .action(async (file, values) => ended(await (await import('./commands/policy-check.ts')).policyCheck(file, values)))
}

function addGenerate(program: Command, ended: Ended): void {
  program
    .command('generate')
    .summary('write tests for your own service')
    .description(
      'Writes tests for a service of yours that is guarded by a breaker (generate --help lists its options).',
    )
    .argument('[options...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args) => ended(await (await import('./commands/generate.ts')).generate(args)))
}

function addInspect(program: Command, ended: Ended): void {
  withTraffic(program.command('inspect'))
    .summary("the demo's breakers in the Stately inspector")
    .description("Runs the demo's services with the Stately inspector's bridge, and prints the address to open.")
    .option('--port <port>', `of the bridge, on loopback (default: ${INSPECTOR_PORT}; 0: any free one)`, portOf)
    .addHelpText('after', endOf(['switchgear inspect', 'switchgear inspect --duration 5m --port 0']))
    .action(async ({ port, ...values }) => {
      ended(await (await import('./commands/demo.ts')).demo({ ...values, inspect: port ?? true }, '--port'))
    })
}

function portOf(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new InvalidArgumentError('expected a port, from 0 to 65535')
  return port
}

function oneOf<T extends string>(names: readonly T[]): (text: string) => T {
  return (text) => {
    const name = names.find((known) => known === text)
    if (name === undefined) throw new InvalidArgumentError(`expected ${names.join(', ')}`)
    return name
  }
}
