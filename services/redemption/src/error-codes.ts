export { REDEMPTION_ERROR_CODES, type RedemptionErrorName } from './domain/error-codes';
