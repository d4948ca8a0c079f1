// The seed of the properties: the same histories in every run, so that a failure or a kill is never luck. Another one by
// SWITCHGEAR_PROPERTY_SEED (a whole number, or `random`); a property that fails prints the seed and path that repeat it.
// More histories by SWITCHGEAR_PROPERTY_RUNS: `npm run test:all` asks for three times as many.

const DEFAULT = 20_260_101

export const RUNS = Number(process.env['SWITCHGEAR_PROPERTY_RUNS'] ?? 50)

export const SEED = seedOf(process.env['SWITCHGEAR_PROPERTY_SEED'])

function seedOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT
  if (text === 'random') return Math.floor(Math.random() * 2 ** 31)
  const seed = Number(text)
  if (!Number.isInteger(seed)) throw new Error(`SWITCHGEAR_PROPERTY_SEED: expected a whole number, received '${text}'`)
  return seed
}
