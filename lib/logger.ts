import { Logger } from '@aws-lambda-powertools/logger';
import { config } from './config.ts';

/** Structured JSON lines. Nothing that a client sent is ever logged. */
export const logger = new Logger({ serviceName: 'bet-maker', logLevel: config.logLevel });
