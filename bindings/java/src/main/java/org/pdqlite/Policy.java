package org.pdqlite;

/**
 * What must hold for a match; {@code pdql_policy}. {@link #advised} and the {@code with} methods make one.
 *
 * @param pictureRate false-match rate for a pair of pictures, 1e-30 to 1
 * @param videoRate for a pair of videos
 * @param maxDistance the list's own cap on the distance of whole hashes, 0 to 256
 * @param minQuality of query and entry, 0 to 100
 * @param frames of a video that must agree, at least 1
 * @param looks which ways to look at a query, as pdqlite.h's PDQL_LOOK numbers added up; {@link #without} leaves some out
 * @param uncropEntries un-crop in lists of up to so many entries; 0 for never
 * @param confirm what hashes find must be confirmed by the entry's keypoints, where the list has them
 */
public record Policy(double pictureRate, double videoRate, int maxDistance, int minQuality, int frames, int looks, int uncropEntries, boolean confirm) {
    private static final int RADIUS_BY_RATE = 257;

    /** A way to look at a query; all are advised. */
    public enum Look {
        /** Turned and mirrored copies. */
        TURNED(1),
        /** Dark and light exchanged. */
        INVERTED(2),
        /** Rectangles inside the query: without bars, borders, a page around it. */
        WITHIN(4),
        /** The list's local signatures. */
        LOCAL(8);

        private final int number;

        Look(int number) {
            this.number = number;
        }
    }

    /** What is advised. */
    public static Policy advised() {
        int[] n = Native.policy();
        return new Policy(Math.pow(10, -n[0] / 100.0), Math.pow(10, -n[1] / 100.0), n[3], n[4], n[5], n[6], n[7], n[8] != 0);
    }

    public Policy withMaxDistance(int distance) {
        return new Policy(pictureRate, videoRate, distance, minQuality, frames, looks, uncropEntries, confirm);
    }

    public Policy withRates(double picture, double video) {
        return new Policy(picture, video, maxDistance, minQuality, frames, looks, uncropEntries, confirm);
    }

    public Policy withMinQuality(int quality) {
        return new Policy(pictureRate, videoRate, maxDistance, quality, frames, looks, uncropEntries, confirm);
    }

    public Policy withFrames(int agreeing) {
        return new Policy(pictureRate, videoRate, maxDistance, minQuality, agreeing, looks, uncropEntries, confirm);
    }

    /** 0 never un-crops: less memory and time, and fewer crops are found. */
    public Policy withUncropEntries(int entries) {
        return new Policy(pictureRate, videoRate, maxDistance, minQuality, frames, looks, entries, confirm);
    }

    /** Whether what hashes find must be confirmed; hashes can be forged in a second. */
    public Policy withConfirm(boolean asked) {
        return new Policy(pictureRate, videoRate, maxDistance, minQuality, frames, looks, uncropEntries, asked);
    }

    /** Leaves these looks out: less time, and fewer copies are found. */
    public Policy without(Look... out) {
        int left = looks;
        for (Look look : out) {
            left &= ~look.number;
        }
        return new Policy(pictureRate, videoRate, maxDistance, minQuality, frames, left, uncropEntries, confirm);
    }

    int[] numbers() {
        return new int[] {surety(pictureRate), surety(videoRate), RADIUS_BY_RATE, maxDistance, minQuality, frames, looks, uncropEntries, confirm ? 1 : 0};
    }

    private static int surety(double rate) {
        if (!(rate >= 1e-30 && rate <= 1)) {
            throw PdqliteException.of(Status.ERR_ARG.number);
        }
        return (int) Math.max(0, Math.ceil(-100 * Math.log10(rate) - 1e-9));
    }
}
