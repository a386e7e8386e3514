// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sink.h"

void sink_write_losses(struct sink *sink, const struct losses *losses)
{
	if (!writer_has_objects(sink->writer))
		return;
	losses_put_json(writer_room(sink->writer), losses);
	writer_flush(sink->writer);
}
