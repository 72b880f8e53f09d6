import { defineEntity, p } from '@mikro-orm/postgresql';
import { Transfer } from './transfer.entity.js';

const schema = defineEntity({
  name: 'TransferChunk',
  tableName: 'transfer_chunks',
  schema: 'accounts',
  properties: {
    transfer: () => p.manyToOne(Transfer).primary().mapToPk().deleteRule('cascade').index(false),
    number: p.integer().primary(),
    /** Bytes, sealed for this transfer and number. */
    sealed: p.text(),
    /** A file can go earlier than what is known about its transfer. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('transfer_chunks_expires_at_index'),
  },
});

/** A part of the file of a transfer. */
export class TransferChunk extends schema.class {}
schema.setClass(TransferChunk);
