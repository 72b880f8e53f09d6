import { defineEntity, p } from '@mikro-orm/postgresql';
import { Transfer } from './transfer.entity.js';

const schema = defineEntity({
  name: 'TransferError',
  tableName: 'transfer_errors',
  schema: 'accounts',
  indexes: [{ name: 'transfer_errors_transfer_id_index', properties: ['transfer', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    transfer: () => p.manyToOne(Transfer).mapToPk().deleteRule('cascade').index(false),
    /** The line on which the row ends. The first one is 1. */
    line: p.integer(),
    /** Which member of the row, as an RFC 6901 pointer. */
    pointer: p.text(),
    code: p.text(),
    message: p.text(),
  },
});

/** Why a row of a file was not imported. Never contains what is in the row. */
export class TransferError extends schema.class {}
schema.setClass(TransferError);
