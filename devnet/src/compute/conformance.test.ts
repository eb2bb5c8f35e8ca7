import { apiFacts } from "../../test/compute/api-facts.ts";
import { guestFacts } from "../../test/compute/guest-facts.ts";
import { inputFacts } from "../../test/compute/input-facts.ts";
import { jobFacts } from "../../test/compute/job-facts.ts";
import { startTarget, type Target } from "../../test/compute/target.ts";

// With BACALHAU_API_URL the same facts are asked of that node: it was v1.9.3 that they were seen on.
describe("compute node: as Bacalhau", function () {
  this.timeout(60_000);
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target?.stop());

  describe("its API", () => apiFacts(() => target));
  describe("guests", () => guestFacts(() => target));
  describe("inputs", () => inputFacts(() => target));
  describe("jobs", () => jobFacts(() => target));
});
