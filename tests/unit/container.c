// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "session/container.h"
#include "check.h"

#define ID	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER	    "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID	    "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
#define UID_SYSTEMD "6ba7b810_9dad_11d1_80b4_00c04fd430c8"
#define HASH	    "5f4dcc3b5aa765d61d8327deb882cf99"
#define USER	    "/user.slice/user-1000.slice/user@1000.service"

/* clang-format off */
static const struct shape {
	const char *path, *id, *pod, *label;
} shapes[] = {
	/* no container */
	{ "/", "", "", "/" },
	{ ".", "", "", "." },
	{ "", "", "", "" },
	{ "/system.slice/nginx.service", "", "", "nginx.service" },
	{ "/user.slice/user-0.slice/session-3.scope", "", "", "session-3.scope" },
	{ "/init.scope", "", "", "init.scope" },
	{ "/system.slice/podcast.service", "", "", "podcast.service" },
	{ "/system.slice/docker.service", "", "", "docker.service" },
	/* Docker: cgroupfs, systemd, rootless, with a parent of its own, with systemd in it */
	{ "/docker/" ID, ID, "", "0123456789ab" },
	{ "/system.slice/docker-" ID ".scope", ID, "", "0123456789ab" },
	{ USER "/user.slice/docker-" ID ".scope", ID, "", "0123456789ab" },
	{ "/actions_job/" ID, ID, "", "0123456789ab" },
	{ "/system.slice/docker-" ID ".scope/system.slice/nginx.service", ID, "", "0123456789ab" },
	/* BuildKit */
	{ "/docker/buildkit/qvp9gdlyxypb1xqxpm5wnr7oh", "qvp9gdlyxypb1xqxpm5wnr7oh", "",
	  "qvp9gdlyxypb1xqxpm5wnr7oh" },
	{ "/docker/buildkit", "", "", "buildkit" },
	/* containerd: cgroupfs, nerdctl, CRI with the systemd driver */
	{ "/default/" ID, ID, "", "0123456789ab" },
	{ "/k8s.io/" ID, ID, "", "0123456789ab" },
	{ "/system.slice/nerdctl-" ID ".scope", ID, "", "0123456789ab" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_SYSTEMD
	  ".slice/cri-containerd-" ID ".scope", ID, UID, "0123456789ab" },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_SYSTEMD
	  ".slice/cri-containerd-" ID ".scope", ID, UID, "0123456789ab" },
	{ "/kubepods.slice/kubepods-pod" UID_SYSTEMD ".slice/cri-containerd-" ID ".scope", ID, UID,
	  "0123456789ab" },
	/* containerd with the cgroupfs driver that is told a systemd path */
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_SYSTEMD ".slice:cri-containerd:" ID,
	  ID, UID, "0123456789ab" },
	{ "/kubepods-pod" UID_SYSTEMD ".slice:cri-containerd:" ID, ID, UID, "0123456789ab" },
	/* Kubernetes with the cgroupfs driver: guaranteed, burstable, best effort, a static pod */
	{ "/kubepods/pod" UID "/" ID, ID, UID, "0123456789ab" },
	{ "/kubepods/burstable/pod" UID "/" ID, ID, UID, "0123456789ab" },
	{ "/kubepods/besteffort/pod" UID "/" ID, ID, UID, "0123456789ab" },
	{ "/kubepods/burstable/pod" HASH "/" ID, ID, HASH, "0123456789ab" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" HASH ".slice/docker-" ID
	  ".scope", ID, HASH, "0123456789ab" },
	{ "/kubepods/burstable/pod" UID, "", UID, "pod" UID },
	{ "/kubepods/burstable", "", "", "burstable" },
	/* CRI-O, and its monitor */
	{ "/kubepods.slice/kubepods-pod" UID_SYSTEMD ".slice/crio-" ID ".scope", ID, UID, "0123456789ab" },
	{ "/kubepods.slice/kubepods-pod" UID_SYSTEMD ".slice/crio-" ID ".scope/container", ID, UID,
	  "0123456789ab" },
	{ "/kubepods/burstable/pod" UID "/crio-" ID, ID, UID, "0123456789ab" },
	{ "/kubepods.slice/kubepods-pod" UID_SYSTEMD ".slice/crio-conmon-" ID ".scope", "", UID,
	  "crio-conmon-" ID },
	/* Podman: systemd, cgroupfs, in a pod, rootless, without delegation; and its monitor */
	{ "/machine.slice/libpod-" ID ".scope", ID, "", "0123456789ab" },
	{ "/machine.slice/libpod-" ID ".scope/container", ID, "", "0123456789ab" },
	{ "/libpod_parent/libpod-" ID, ID, "", "0123456789ab" },
	{ "/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope", ID, "", "0123456789ab" },
	{ "/machine.slice/machine-libpod_pod_" OTHER ".slice", "", "",
	  "machine-libpod_pod_" OTHER ".slice" },
	{ USER "/user.slice/libpod-" ID ".scope/container", ID, "", "0123456789ab" },
	{ USER "/app.slice/web.service/libpod-payload-" ID, ID, "", "0123456789ab" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "", "", "libpod-conmon-" ID },
	{ "/libpod_parent/libpod-conmon-" ID, "", "", "libpod-conmon-" ID },
	/* LXC of each age, Incus, Proxmox; and the monitor */
	{ "/lxc/web", "web", "", "web" },
	{ "/lxc/100/ns/system.slice/nginx.service", "100", "", "100" },
	{ "/lxc.payload/web", "web", "", "web" },
	{ "/lxc.payload.web/system.slice/nginx.service", "web", "", "web" },
	{ "/lxc.monitor.web", "", "", "lxc.monitor.web" },
	{ "/lxc.monitor/web", "", "", "web" },
	{ "/lxc.payload.", "", "", "lxc.payload." },
	{ "/lxc", "", "", "lxc" },
	/* nspawn: as a service, from a shell; a virtual machine is no container */
	{ "/machine.slice/systemd-nspawn@web.service/payload", "web", "", "web" },
	{ "/machine.slice/systemd-nspawn@my\\x2dweb.service", "my-web", "", "my-web" },
	{ "/machine.slice/machine-my\\x2dweb.scope", "my-web", "", "my-web" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "", "", "machine-qemu\\x2d1\\x2dvm.scope" },
	{ "/machine.slice/systemd-nspawn@.service", "", "", "systemd-nspawn@.service" },
	/* ECS on its own machines and on Fargate */
	{ "/ecs/" HASH "/" ID, ID, "", "0123456789ab" },
	{ "/ecstasks.slice/ecstasks-" HASH ".slice/docker-" ID ".scope", ID, "", "0123456789ab" },
	{ "/ecs/" HASH "/" HASH "-2532858371", HASH "-2532858371", "", HASH "-2532858371" },
	{ "/ecs/" HASH "/" HASH "-", "", "", HASH "-" },
	/* Cloud Foundry's Garden, Mesos */
	{ "/system.slice/garden.service/garden/" UID, UID, "", UID },
	{ "/mesos/" UID, UID, "", UID },
	/* nested: the innermost container, and the pod that it is in */
	{ "/docker/" OTHER "/docker/" ID, ID, "", "0123456789ab" },
	{ "/docker/" OTHER "/kubelet/kubepods/burstable/pod" UID "/" ID, ID, UID, "0123456789ab" },
	{ "/system.slice/docker-" OTHER ".scope/kubelet.slice/kubelet-kubepods.slice/"
	  "kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" UID_SYSTEMD
	  ".slice/cri-containerd-" ID ".scope", ID, UID, "0123456789ab" },
	{ "/lxc.payload.web/docker/" ID, ID, "", "0123456789ab" },
	{ "/docker/" ID "/lxc/web", "web", "", "web" },
	/* what only looks like one */
	{ "/system.slice/docker-0123456789abcdef.scope", "", "", "docker-0123456789abcdef.scope" },
	{ "/docker/" ID "0", "", "", ID },
	{ "/x" ID, "", "", "x" ID },
	{ "/system.slice/var-lib-docker-overlay2-" ID "-merged.mount", "", "",
	  "var-lib-docker-overlay2-" ID "-merged.mount" },
	{ "/pod" UID "/" ID, ID, "", "0123456789ab" },
	/* seen from inside a container */
	{ "./docker/" ID, ID, "", "0123456789ab" },
};
/* clang-format on */

static void test_shapes(void)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		const struct shape *shape = &shapes[i];
		char label[CONTAINER_LABEL_SIZE], expected[CONTAINER_LABEL_SIZE];
		struct container container;
		bool right;

		container_read(&container, shape->path);
		container_label(shape->path, label);
		snprintf(expected, sizeof(expected), "%.64s", shape->label);
		right = CHECK_TEXT(container.id, shape->id);
		right = CHECK_TEXT(container.pod, shape->pod) && right;
		right = CHECK_TEXT(label, expected) && right;
		if (!right)
			printf("  in %s\n", shape->path);
	}
}

static bool within(const char *path, const char *id)
{
	char whole[CONTAINER_ID_SIZE];

	return container_within(path, id, strlen(id), whole);
}

static void test_within(void)
{
	static const char nested[] = "/docker/" OTHER "/kubepods/pod" UID "/" ID "/init";
	char whole[CONTAINER_ID_SIZE];

	CHECK(within(nested, ID));
	CHECK(within(nested, "0123456789ab"));
	CHECK(within(nested, "0"));
	CHECK(within(nested, "fedcba987654"));
	CHECK(!within(nested, "123"));
	CHECK(!within(nested, ID "0"));
	CHECK(!within(nested, UID));
	CHECK(!within("/", "0"));
	CHECK(!within("", "0"));
	/* A name must be given whole. */
	CHECK(within("/lxc.payload.web2/init.scope", "web2"));
	CHECK(!within("/lxc.payload.web2/init.scope", "web"));
	/* Only that length of the word counts. */
	CHECK(container_within("/docker/" ID, "0123,", 4, whole));
	CHECK_TEXT(whole, ID);
	CHECK(container_within(nested, "fed", 3, whole));
	CHECK_TEXT(whole, OTHER);
}

/* Names at and above the longest. */
static void test_long(void)
{
	char path[512] = "/lxc.payload.", *name = path + strlen(path);
	struct container container;

	memset(name, 'a', CONTAINER_ID_SIZE);
	container_read(&container, path);
	CHECK_TEXT(container.id, "");
	name[CONTAINER_ID_SIZE - 1] = '\0';
	container_read(&container, path);
	CHECK_TEXT(container.id, name);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "shapes", test_shapes },
		{ "within", test_within },
		{ "long", test_long },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
