// npm run generate: switchgear-generate as it is in this checkout, without a build. `npm run generate -- --help`.
import '../src/testing/generate/cli.ts'
