// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* JSON Lines: an object per group, most sessions first, then `other` and `all`. */
#include "base/json.h"
#include "report_format.h"
#include "values.h"

/* id: NULL for an object that is not one group. */
static void put_keys(struct text *t, const struct groups_by *by, const struct session *id)
{
	for (unsigned i = 0; i < by->count; i++) {
		text_put_string(t, by->keys[i]->json);
		if (id)
			value_put_json(t, by->keys[i], id);
		else
			json_put_null(t);
	}
}

static void put_key(struct text *t, const char *begin, const char *rest, const char *unit)
{
	JSON_LITERAL(t, ",\"");
	text_put_string(t, begin);
	text_put_string(t, rest);
	text_put_string(t, unit);
	JSON_LITERAL(t, "\":");
}

/* How many sessions have a value, and its quantiles. */
static void put_measure(struct text *t, const struct measure_row *measure,
			const struct histogram *h)
{
	put_key(t, measure->json, "measured", "");
	text_put_number(t, h->count);
	for (unsigned i = 0; i < QUANTILES; i++) {
		const uint64_t value = histogram_quantile(h, quantiles[i].permille);

		put_key(t, measure->json, quantiles[i].json, measure->bytes ? "_bytes" : "_ns");
		json_put_known(t, h->count ? (int64_t)value : -1);
	}
}

static void put_figures(struct text *t, const struct report_page *page,
			const struct stats_figures *f)
{
	const int64_t rate = report_rate(page, f->sessions);

	JSON_KEY(t, "sessions");
	text_put_number(t, f->sessions);
	JSON_KEY(t, "open");
	text_put_number(t, f->open);
	JSON_KEY(t, "failed");
	text_put_number(t, f->failed);
	JSON_KEY(t, "per_second");
	json_put_known(t, rate < 0 ? -1 : rate / 100);
	if (rate >= 0) {
		text_put_char(t, '.');
		text_put_digits(t, (uint64_t)rate % 100, 2);
	}
	JSON_KEY(t, "tx_bytes");
	text_put_number(t, f->tx_bytes);
	JSON_KEY(t, "tx_unknown");
	text_put_number(t, f->tx_unknown);
	JSON_KEY(t, "rx_bytes");
	text_put_number(t, f->rx_bytes);
	JSON_KEY(t, "rx_unknown");
	text_put_number(t, f->rx_unknown);
	for (unsigned i = 0; i < MEASURES; i++)
		if (stats_of(page->stats) >> i & 1)
			put_measure(t, &measures[i], &f->measured[i]);
}

/* Two arrays, up to the last class that has sessions: where each class begins, and its count. */
static void put_lifespans(struct text *t, const struct stats *s)
{
	unsigned count = STATS_LIFESPANS;

	while (count && !stats_lifespans(s, count - 1))
		count--;
	JSON_KEY(t, "lifespans_from_ns");
	text_put_char(t, '[');
	for (unsigned i = 0; i < count; i++) {
		text_put(t, ",", i > 0);
		text_put_number(t, (uint64_t)stats_lifespan_from(i));
	}
	text_put_char(t, ']');
	JSON_KEY(t, "lifespans");
	text_put_char(t, '[');
	for (unsigned i = 0; i < count; i++) {
		text_put(t, ",", i > 0);
		text_put_number(t, stats_lifespans(s, i));
	}
	text_put_char(t, ']');
}

/* Writes an object up to its figures; the caller closes it. */
static struct text *put_object(struct writer *w, const struct report_page *page, const char *of,
			       const struct session *id, const struct stats_figures *figures)
{
	struct text *t = writer_room(w);

	JSON_LITERAL(t, "{\"type\":\"stats\",\"schema\":" SCHEMA);
	JSON_KEY(t, "span");
	json_put_word(t, page->whole ? "whole" : "interval");
	JSON_KEY(t, "ended");
	json_put_time(t, true, page->ended_ns);
	JSON_KEY(t, "elapsed_ns");
	text_put_number(t, (uint64_t)page->elapsed_ns);
	JSON_KEY(t, "of");
	json_put_word(t, of);
	put_keys(t, stats_by(page->stats), id);
	put_figures(t, page, figures);
	return t;
}

void report_json(struct writer *w, const struct report_page *page)
{
	size_t count;
	struct stats_group *const *groups = stats_sort(page->stats, &count);
	struct text *t;

	for (size_t i = 0; i < count; i++) {
		t = put_object(w, page, "group", &groups[i]->id, &groups[i]->figures);
		JSON_LITERAL(t, "}\n");
	}
	if (stats_other(page->stats)->sessions + stats_other(page->stats)->open) {
		t = put_object(w, page, "other", NULL, stats_other(page->stats));
		JSON_LITERAL(t, "}\n");
	}
	t = put_object(w, page, "all", NULL, stats_all(page->stats));
	put_lifespans(t, page->stats);
	JSON_LITERAL(t, "}\n");
}
