package org.pdqlite;

import java.util.ArrayList;
import java.util.List;

/**
 * What a matcher says of one picture or video. Numbers that do not apply are -1.
 *
 * @param verdict only MATCH and, of a list of files, IDENTICAL_FILE are to be acted on
 * @param entry number of the entry that decided
 * @param tier 1 whole hashes, 2 parts against plain hashes, 3 keypoint signatures, 4 a SHA-256, 5 an MD5 of a file; 0 without
 * @param rate the false-match rate of this pair; 1 without
 * @param listRate false matches as good as this that one picture (or video) meets in the whole list; 1 without
 * @param lacksKeypoints the policy asks for keypoint signatures, and the list has none
 * @param lacksUncrop the policy asks for un-cropping, and the rows are not in memory
 * @param distance of whole hashes, bits
 * @param quality of the query; of a video the best of its frames
 * @param categories of the entry, a mask
 * @param sources of the entry, a mask
 * @param video number of the entry's video
 * @param frames of the query looked at
 * @param agreeing of those, with the entry
 * @param startMs first time in the query that agrees; -1 for pictures, as the next
 * @param endMs last time
 * @param entryStartMs the same in the entry's video
 * @param entryEndMs the same in the entry's video
 * @param where which part of the query; null without
 * @param confirmed whether the entry's keypoints say that the query shows it
 * @param proof how surely, in nats; null if it was not looked at
 * @param findings of a picture: what spoke for any entry
 * @param frameMatches of a video: the frames that agree
 */
public record Decision(
        Verdict verdict, int entry, int tier, double rate, double listRate, boolean lacksKeypoints, boolean lacksUncrop,
        int distance, int quality, int categories, int sources, int video,
        int frames, int agreeing, int startMs, int endMs, int entryStartMs, int entryEndMs, Where where, Confirmed confirmed, Double proof,
        List<Finding> findings, List<FrameMatch> frameMatches) {

    /** What a decision comes to. */
    public enum Verdict {
        /** Nothing in the list is near enough. */
        NO_MATCH("no match"),
        /** An entry is shown: act on it. */
        MATCH("match"),
        /** Near enough, but of too low a quality to act on. */
        TOO_FLAT("too flat"),
        /** Near enough, but a negative entry is nearer. */
        NEGATED("negated"),
        /** Near an entry, but its keypoints are not where they would be: forged, or much changed. */
        UNCONFIRMED("unconfirmed"),
        /** A sticker, page, frame or form is the entry's, the rest is not. */
        SHARES_PART("shares a part"),
        /** A list of files has it, byte for byte. */
        IDENTICAL_FILE("identical file");

        /** Its word in the shared vectors and in other bindings. */
        public final String word;

        Verdict(String word) {
            this.word = word;
        }
    }

    /** Whether the entry's keypoints say that the query shows it. */
    public enum Confirmed {
        /** The policy does not ask, or nothing was found. */
        NOT_ASKED,
        /** They are where they would be. */
        YES,
        /** They are not. */
        NO,
        /** The entry has no signature, or one of fewer than 8 keypoints. */
        NOT_POSSIBLE
    }

    /** How a rectangle of the query was turned to compare it. */
    public enum Orientation {
        /** Not turned. */
        AS_IS,
        /** By 90 degrees, counter-clockwise as the others. */
        TURNED_90,
        /** By 180 degrees. */
        TURNED_180,
        /** By 270 degrees. */
        TURNED_270,
        /** Top to bottom. */
        FLIPPED,
        /** Left to right. */
        MIRRORED,
        /** Along the diagonal from the top left. */
        TRANSPOSED,
        /** Along the other diagonal. */
        TRANSPOSED_BACK;

        /** {@return its word in the shared vectors and in other bindings} */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * Which part of the query shows the original: fractions of its width and height.
     *
     * @param left edge, 0 to 1
     * @param top edge
     * @param right edge
     * @param bottom edge
     * @param orientation how it was turned
     * @param inverted dark and light are exchanged
     */
    public record Where(double left, double top, double right, double bottom, Orientation orientation, boolean inverted) {
        private static Where of(int[] n, int at) {
            return new Where(n[at] / 65536.0, n[at + 1] / 65536.0, n[at + 2] / 65536.0, n[at + 3] / 65536.0,
                    Orientation.values()[n[at + 4]], n[at + 5] != 0);
        }
    }

    /**
     * One entry that may be the original, as one view of a picture saw it.
     *
     * @param entry its number
     * @param tier as in a decision
     * @param distance bits; -1 for tiers 2 and 3
     * @param quality the lesser of the view's and the entry's
     * @param negative the entry says what must not match
     * @param rate of the pair, this look's share taken off
     * @param below too little for the policy: no reason for a match
     * @param where which part of the query
     * @param confirmed as in a decision; of tier 3 NO: a part is shared
     * @param proof as in a decision
     */
    public record Finding(int entry, int tier, int distance, int quality, boolean negative, double rate, boolean below, Where where,
            Confirmed confirmed, Double proof) {}

    /**
     * One frame of a video that agrees with the entry.
     *
     * @param timeMs in the query
     * @param entry its number
     * @param entryTimeMs in the entry's video; -1 if the entry is a picture
     * @param distance bits
     * @param where which part of the frame
     */
    public record FrameMatch(int timeMs, int entry, int entryTimeMs, int distance, Where where) {}

    private static final int CLAIM_NONE = -1000;
    private static final int NUMBERS = 27;
    private static final int FINDING = 16;
    private static final int FRAME_MATCH = 10;

    static Decision ofPicture(int[] n) {
        List<Finding> found = new ArrayList<>();
        for (int at = NUMBERS; at + FINDING <= n.length; at += FINDING) {
            found.add(new Finding(n[at], n[at + 1], n[at + 2], n[at + 4], n[at + 5] != 0,
                    rate(n[at + 6]), n[at + 7] != 0, Where.of(n, at + 8),
                    Confirmed.values()[n[at + 14]], nats(n[at + 15])));
        }
        return of(n, List.copyOf(found), List.of());
    }

    static Decision ofFile(int[] n) {
        return of(n, List.of(), List.of());
    }

    static Decision ofVideo(int[] n) {
        List<FrameMatch> found = new ArrayList<>();
        for (int at = NUMBERS; at + FRAME_MATCH <= n.length; at += FRAME_MATCH) {
            found.add(new FrameMatch(n[at], n[at + 1], n[at + 2], n[at + 3], Where.of(n, at + 4)));
        }
        return of(n, List.of(), List.copyOf(found));
    }

    private static Double nats(int proof) {
        return proof == CLAIM_NONE ? null : proof / 16.0;
    }

    private static Decision of(int[] n, List<Finding> findings, List<FrameMatch> frames) {
        Where where = n[1] == -1 || n[2] >= 4 ? null : Where.of(n, 19);
        return new Decision(Verdict.values()[n[0]], n[1], n[2], rate(n[3]), rate(n[4]), (n[5] & 1) != 0, (n[5] & 2) != 0,
                n[6], n[8], n[9], n[10], n[11], n[12], n[13], n[15], n[16], n[17], n[18], where,
                Confirmed.values()[n[25]], nats(n[26]), findings, frames);
    }

    private static double rate(int surety) {
        return Math.pow(10, -surety / 100.0);
    }
}
