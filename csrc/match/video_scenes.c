/*
 * match/video_scenes.c - which views of a video the deeper tiers look at
 *
 * Each scene: a view that differs from those that a tier looked at, and a view that stays or comes again after one second,
 * three, seven and so on, as a first look may have met it blurred or half faded in. What a video may cost is counted in
 * its own time: each look of a tier costs so many milliseconds of video, and some are saved up, for short videos. Where
 * a video changes faster than that, a scene that was missed and comes again goes before one that comes for the first time.
 */
#include "match/watch.h"

#include <string.h>

enum {
    SCENE_BITS = 16,     /* bits: views this near are of one scene */
    AGAIN_MS = 1000,     /* from the first look to the second; twice as long to each further one */
    DOUBLINGS = 16
};

/* Milliseconds of video that a look costs; looks that are saved up, and that a video begins with. */
static const int32_t COST[PDQI_DEEP_TIERS] = { 250, 1000, 2000 }, SAVED[PDQI_DEEP_TIERS] = { 32, 8, 8 };

void pdqi_scenes_init(pdqi_scenes *scenes)
{
    memset(scenes, 0, sizeof *scenes);
    for (unsigned tier = 0; tier < PDQI_DEEP_TIERS; tier++)
        scenes->saved_ms[tier] = SAVED[tier] * COST[tier];
}

void pdqi_scenes_see(pdqi_scenes *scenes, const uint8_t *hash, uint32_t time_ms)
{
    const uint32_t known = scenes->n < PDQI_SCENES ? scenes->n : PDQI_SCENES, passed = time_ms - scenes->time_ms;
    for (unsigned tier = 0; tier < PDQI_DEEP_TIERS; tier++) {
        const int64_t saved = (int64_t)scenes->saved_ms[tier] + passed, most = (int64_t)SAVED[tier] * COST[tier];
        scenes->saved_ms[tier] = (int32_t)(saved < most ? saved : most);
    }
    scenes->time_ms = time_ms;
    scenes->again = 1;
    for (scenes->now = 0; scenes->now < known; scenes->now++)
        if (pdql_distance(scenes->of[scenes->now].hash, hash) <= SCENE_BITS)
            return;
    scenes->again = 0;
    scenes->now = scenes->n++ % PDQI_SCENES;
    memset(&scenes->of[scenes->now], 0, sizeof scenes->of[0]);
    memcpy(scenes->of[scenes->now].hash, hash, PDQL_HASH_BYTES);
}

int pdqi_scenes_owed(const pdqi_scenes *scenes, unsigned tier)
{
    const pdqi_scene *s = &scenes->of[scenes->now];
    const unsigned looks = s->looks[tier], doublings = looks > DOUBLINGS ? DOUBLINGS : looks;
    if (looks && scenes->time_ms - s->looked_ms[tier] < (uint32_t)AGAIN_MS << (doublings - 1))
        return 0;
    return scenes->saved_ms[tier] >= (looks || !scenes->again ? COST[tier] : 0);
}

void pdqi_scenes_look(pdqi_scenes *scenes, unsigned tier)
{
    pdqi_scene *s = &scenes->of[scenes->now];
    s->looks[tier] += s->looks[tier] < UINT8_MAX;
    s->looked_ms[tier] = scenes->time_ms;
    scenes->saved_ms[tier] -= COST[tier];
}
