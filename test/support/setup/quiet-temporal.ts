import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * Set-up of the project `lab`: failed activities are what many tests are about, so the SDK tells errors only. A process
 * has one runtime, and the files of the project share one process.
 */
const shared = globalThis as { temporalIsQuiet?: boolean };
if (!shared.temporalIsQuiet) {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    shutdownSignals: [],
  });
  shared.temporalIsQuiet = true;
}
