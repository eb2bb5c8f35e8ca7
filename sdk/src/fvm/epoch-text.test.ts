import { expect } from "chai";
import { CALIBRATION_CLOCK, epochAt, epochToDate, MAINNET_CLOCK } from "./epoch.ts";
import { epochText, spanText } from "./epoch-text.ts";

describe("an epoch for people", () => {
  const at = (epoch: bigint, minutes: number, timeZone: string) => {
    const now = new Date(epochToDate(epoch as never, MAINNET_CLOCK).getTime() - minutes * 60_000);
    return epochText(epoch, { clock: MAINNET_CLOCK, now, timeZone });
  };

  it("has its number, the local time of its start, and the time until then", () => {
    expect(at(6_052_800n, 41, "UTC")).to.equal("epoch 6,052,800 ~ 2026-05-27 14:00, in 41 min");
    expect(at(6_052_800n, 41, "Asia/Tokyo")).to.equal("epoch 6,052,800 ~ 2026-05-27 23:00, in 41 min");
    expect(at(6_052_800n, -200, "UTC")).to.equal("epoch 6,052,800 ~ 2026-05-27 14:00, 3 h 20 min ago");
  });

  it("is read by the clock of its chain", () => {
    const now = epochToDate(4_097_613n as never, CALIBRATION_CLOCK);
    expect(epochText(4_097_613n, { clock: CALIBRATION_CLOCK, now, timeZone: "UTC" })).to.equal(
      "epoch 4,097,613 ~ 2026-09-24 12:59, in 0 s",
    );
    expect(epochAt(now, CALIBRATION_CLOCK)).to.equal(4_097_613n);
  });

  it("survives an epoch that no calendar has", () => {
    expect(at(2n ** 63n, 0, "UTC")).to.equal("epoch 9,223,372,036,854,775,808");
  });

  it("says spans in two figures", () => {
    const said = [29, 60, 3600, 5400, 172_800, 86_400 * 180].map(spanText);
    expect(said).to.deep.equal(["29 s", "1 min", "1 h", "1 h 30 min", "2 days", "180 days"]);
  });
});
