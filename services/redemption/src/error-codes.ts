export { REDEMPTION_ERROR_CODES } from './domain/error-codes';
