package dev.keelson.core.fleet;

/**
 * Where a node stands: what shares a rack fails together most often, then a zone, then a region.
 */
public record FaultDomain(String region, String zone, String rack) {

    /** Number of leading levels that both share: 0 (nothing) to 3 (the same rack). */
    public int sharedLevels(FaultDomain other) {
        if (!region.equals(other.region)) {
            return 0;
        }
        if (!zone.equals(other.zone)) {
            return 1;
        }
        return rack.equals(other.rack) ? 3 : 2;
    }

    @Override
    public String toString() {
        return region + "/" + zone + "/" + rack;
    }
}
