export { nextStep, type Given } from './model/generate';
export { Model } from './model/model';
export { Random } from './model/random';
export { smallRules } from './small-rules';
