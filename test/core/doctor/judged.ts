import type { Check } from '../../../core/doctor/check.ts';
import { doctorChecks } from '../../../core/doctor/doctor.ts';
import type { DoctorFacts } from '../../../core/doctor/facts.ts';
import { facts, NOW } from './made-facts.ts';

/** One check of the facts of a good deployment, but for what is given. */
export function judged(id: string, over: Partial<DoctorFacts>): Check | undefined {
  return doctorChecks(facts(over), NOW).find((check) => check.id === id);
}
