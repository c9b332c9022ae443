import * as z from 'zod';
import {
  type BarredKind,
  type EventIdFault,
  eventIdFault,
  eventIdOfNumber,
} from '../bets/eventId.ts';
import { JsonNumber } from './jsonScan.ts';

/** How the ids of events come over the wire, and what a partner hears of one that is refused. */

const EVENT_ID_RULE = 'must be a text of 1 to 256 bytes in UTF-8';
const INTEGER_RULE = 'must be an integer of at most 128 digits';

const BARRED: Record<BarredKind, string> = {
  'control-character': 'a control character',
  'line-separator': 'a line separator',
  'lone-surrogate': 'half of a character (a lone surrogate)',
  'bidirectional-control': 'a bidirectional control, which makes one id look like another',
  'replacement-character': 'what stands for bytes that are not UTF-8',
  'white-space': 'white space at an end of the id',
};

function faultText(fault: EventIdFault): string {
  switch (fault.kind) {
    case 'empty':
      return 'must not be empty';
    case 'dots':
      return 'must not be . or .. because clients take these out of a path';
    case 'too-long':
      return `must have at most 256 bytes in UTF-8, and has ${fault.bytes}`;
    case 'barred': {
      const code = fault.codePoint.toString(16).toUpperCase().padStart(4, '0');
      return `must not have U+${code} as character ${fault.place}: it is ${BARRED[fault.barred]}`;
    }
  }
}

function checkEventId(text: string, context: z.core.$RefinementCtx): string {
  const fault = eventIdFault(text);
  if (fault === undefined) return text;
  context.addIssue({ code: 'custom', message: faultText(fault) });
  return z.NEVER;
}

/** What the document says of a text. It counts characters, where the service counts bytes. */
const TEXT_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern:
    String.raw`^(?!\.{1,2}$)(?![\s\ufeff])` +
    String.raw`[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069` +
    String.raw`\ud800-\udfff\ufffd]+(?<![\s\ufeff])$`,
} as const;

export const eventIdText = z
  .string({ error: EVENT_ID_RULE })
  .transform(checkEventId)
  .meta({
    id: 'EventId',
    description:
      'The id of an event, exactly as it was sent: 1 to 256 bytes in UTF-8, without control ' +
      'characters, and without white space at its ends. A number is written as its decimal text. ' +
      'In a path it is percent-encoded, the slash too (`%2F`).',
    ...TEXT_SCHEMA,
  });

export const eventPath = z.object({ event_id: eventIdText });

/** A text, or an integer that names the same event as its decimal text. */
export const eventIdOrNumber = z
  .union([z.string(), z.instanceof(JsonNumber)], { error: `${EVENT_ID_RULE}, or an integer` })
  .transform((given, context): string => {
    if (typeof given === 'string') return checkEventId(given, context);
    const text = eventIdOfNumber(given.source);
    if (text !== undefined) return text;
    context.addIssue({ code: 'custom', message: INTEGER_RULE });
    return z.NEVER;
  })
  .meta({
    id: 'EventIdOrNumber',
    description:
      'The id of an event: a text, or an integer of at most 128 digits that means the same event ' +
      'as its decimal text. A number is read by the digits that are sent, never as a float.',
    anyOf: [TEXT_SCHEMA, { type: 'integer', exclusiveMinimum: -1e128, exclusiveMaximum: 1e128 }],
  });
