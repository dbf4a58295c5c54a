package org.pdqlite;

/**
 * What must hold for a match; {@code pdql_match_policy}. {@link #advised} and the {@code with} methods make one.
 *
 * @param pictureRate false-match rate for a pair of pictures, 1e-30 to 1
 * @param videoRate for a pair of videos
 * @param maxDistance the list's own cap on the distance of whole hashes, 0 to 256
 * @param minQuality of query and entry, 0 to 100
 * @param frames of a video that must agree, at least 1
 * @param views which ways to see a query, as pdqlite.h's PDQL_VIEW numbers added up; {@link #without} leaves some out
 * @param uncropEntries un-crop in lists of up to so many entries; 0 for never
 * @param confirm what hashes find must be confirmed by the entry's keypoints, where the list has them
 * @param falseMatchesPerMillion most false matches in a million pictures (or videos) looked at, over the whole list, 1e-24 to 1e6;
 *     1e6 for no such limit
 */
public record MatchPolicy(double pictureRate, double videoRate, int maxDistance, int minQuality, int frames, int views, int uncropEntries, boolean confirm,
        double falseMatchesPerMillion) {
    private static final int RADIUS_BY_RATE = 257;

    /**
     * Checks the ranges.
     *
     * @param pictureRate as above
     * @param videoRate as above
     * @param maxDistance as above
     * @param minQuality as above
     * @param frames as above
     * @param views as above
     * @param uncropEntries as above
     * @param confirm as above
     * @param falseMatchesPerMillion as above
     * @throws PdqliteException.Argument that names what cannot be
     */
    public MatchPolicy {
        rate(pictureRate, "pictureRate", 1);
        rate(videoRate, "videoRate", 1);
        Check.range(maxDistance, "maxDistance", 0, 256);
        Check.range(minQuality, "minQuality", 0, 100);
        Check.range(frames, "frames", 1, Integer.MAX_VALUE);
        Check.range(views, "views", 0, 31);
        Check.range(uncropEntries, "uncropEntries", 0, Integer.MAX_VALUE);
        rate(falseMatchesPerMillion, "falseMatchesPerMillion", 1e6);
    }

    private static void rate(double value, String name, double most) {
        if (!(value >= 1e-30 * most * (1 - 1e-9) && value <= most * (1 + 1e-9))) {
            throw Check.wrong(Status.ERR_ARG, name + " has to be " + 1e-30 * most + " to " + most + "; got " + value);
        }
    }

    /** A way to see a query; all are advised. */
    public enum View {
        /** Turned and mirrored copies. */
        TURNED(1),
        /** Dark and light exchanged. */
        INVERTED(2),
        /** Rectangles inside the query: without bars, borders, a page around it. */
        REGIONS(4),
        /** The list's keypoint signatures. */
        KEYPOINTS(8),
        /** Those again for the picture turned by 22.5, 45 and 67.5 degrees, where they found nothing: copies tilted by any angle. */
        TILTED(16);

        private final int number;

        View(int number) {
            this.number = number;
        }
    }

    /** {@return what is advised} */
    public static MatchPolicy advised() {
        int[] n = Native.policy();
        return new MatchPolicy(Math.pow(10, -n[0] / 100.0), Math.pow(10, -n[1] / 100.0), n[3], n[4], n[5], n[6], n[7], n[8] != 0,
                1e6 * Math.pow(10, -n[9] / 100.0));
    }

    /**
     * {@return a copy with another cap on the distance}
     *
     * @param distance of whole hashes, 0 to 256: {@link VerifiedList.Info#maxDistance}
     */
    public MatchPolicy withMaxDistance(int distance) {
        return new MatchPolicy(pictureRate, videoRate, distance, minQuality, frames, views, uncropEntries, confirm, falseMatchesPerMillion);
    }

    /**
     * {@return a copy with other false-match rates}
     *
     * @param picture for a pair of pictures, 1e-30 to 1
     * @param video for a pair of videos
     */
    public MatchPolicy withRates(double picture, double video) {
        return new MatchPolicy(picture, video, maxDistance, minQuality, frames, views, uncropEntries, confirm, falseMatchesPerMillion);
    }

    /**
     * {@return a copy with another least quality}
     *
     * @param quality 0 to 100
     */
    public MatchPolicy withMinQuality(int quality) {
        return new MatchPolicy(pictureRate, videoRate, maxDistance, quality, frames, views, uncropEntries, confirm, falseMatchesPerMillion);
    }

    /**
     * {@return a copy with another number of frames that must agree}
     *
     * @param agreeing at least 1
     */
    public MatchPolicy withFrames(int agreeing) {
        return new MatchPolicy(pictureRate, videoRate, maxDistance, minQuality, agreeing, views, uncropEntries, confirm, falseMatchesPerMillion);
    }

    /**
     * {@return a copy that un-crops in other lists} 0 never un-crops: less memory and time, and fewer crops are found.
     *
     * @param entries most entries of a list
     */
    public MatchPolicy withUncropEntries(int entries) {
        return new MatchPolicy(pictureRate, videoRate, maxDistance, minQuality, frames, views, entries, confirm, falseMatchesPerMillion);
    }

    /**
     * {@return a copy that asks for confirmation, or does not} Hashes can be forged in a second.
     *
     * @param asked whether what hashes find must be confirmed
     */
    public MatchPolicy withConfirm(boolean asked) {
        return new MatchPolicy(pictureRate, videoRate, maxDistance, minQuality, frames, views, uncropEntries, asked, falseMatchesPerMillion);
    }

    /**
     * {@return a copy with another rate over the whole list} The longer the list, the surer a pair must then be.
     *
     * @param most false matches in a million pictures (or videos)
     */
    public MatchPolicy withFalseMatchesPerMillion(double most) {
        return new MatchPolicy(pictureRate, videoRate, maxDistance, minQuality, frames, views, uncropEntries, confirm, most);
    }

    /**
     * {@return a copy without these views} Less time, and fewer copies are found.
     *
     * @param out what to leave out
     */
    public MatchPolicy without(View... out) {
        int left = views;
        for (View view : out) {
            left &= ~view.number;
        }
        return new MatchPolicy(pictureRate, videoRate, maxDistance, minQuality, frames, left, uncropEntries, confirm, falseMatchesPerMillion);
    }

    int[] numbers() {
        return new int[] {negLog10FprX100(pictureRate), negLog10FprX100(videoRate), RADIUS_BY_RATE, maxDistance, minQuality, frames, views, uncropEntries,
            confirm ? 1 : 0, negLog10FprX100(falseMatchesPerMillion / 1e6)};
    }

    private static int negLog10FprX100(double rate) {
        return (int) Math.max(0, Math.ceil(-100 * Math.log10(rate) - 1e-9));
    }
}
