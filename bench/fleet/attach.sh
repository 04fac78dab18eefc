#!/usr/bin/env bash
# Attaches remotes to the control plane of a primary: what a user would write instead of using mesh-rollout.
#
#   attach.sh <folder>
#
# The folder has primary.kubeconfig and primary.yaml (an IstioOperator), remotes.txt with a line "<name> <API server>"
# for each remote, and <name>.kubeconfig and <name>.yaml of each. ISTIOCTL and KUBECTL are the programs to use.
# Waits are istioctl's own. Times are printed for the benchmark: seconds since the epoch, and what `times` says.
set -euo pipefail
cd "$1"

stamp() { echo "at $1 $EPOCHREALTIME"; times; }

stamp start
"$ISTIOCTL" install --skip-confirmation --kubeconfig primary.kubeconfig --filename primary.yaml >primary.log 2>&1
address=$("$KUBECTL" --kubeconfig primary.kubeconfig --namespace istio-system get pods --selector app=istiod \
  --output 'jsonpath={.items[0].status.podIP}')
stamp primary

attach() {
  set -euo pipefail
  local name=$1 server=$2 address=$3
  "$ISTIOCTL" install --skip-confirmation --kubeconfig "$name.kubeconfig" --filename "$name.yaml" \
    --set "values.global.remotePilotAddress=$address"
  "$KUBECTL" --kubeconfig "$name.kubeconfig" annotate --overwrite namespace istio-system \
    topology.istio.io/controlPlaneClusters=primary
  "$ISTIOCTL" create-remote-secret --kubeconfig "$name.kubeconfig" --name "$name" --server "$server" |
    "$KUBECTL" --kubeconfig primary.kubeconfig apply --filename -
  "$KUBECTL" --kubeconfig "$name.kubeconfig" label --overwrite namespace default istio-injection=enabled
}
export -f attach
xargs -P4 -L1 bash -c 'attach "$1" "$2" "$0" >"$1.log" 2>&1' "$address" <remotes.txt
stamp end
